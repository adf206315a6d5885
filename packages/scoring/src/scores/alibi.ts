import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { TensorLike } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import { ScoreError } from "../score-error.ts";
import { scoreTable } from "./score-table.ts";

export type AlibiOptions = ({ readonly heads: number } | { readonly slopes: TensorLike }) & {
  /** Penalize keys on both sides by distance, `-slope × |query - key|`, as encoders need; default false, for causal
   *  attention. */
  readonly symmetric?: boolean;
};

/** Attention with linear biases: `score + slope[head] × (key - query)`, so a key loses `slope` per step that it lies
 *  back. Without `symmetric` a key ahead gains as much: use it under a causal mask.
 *  @param options `heads`, for the published slopes, or your own `slopes [heads]` (learned if you like)
 *  @see Press, Smith, Lewis 2022, "Train Short, Test Long", section 3 */
export function alibi(options: AlibiOptions): Program {
  checkOptions(
    "alibi",
    options,
    { heads: true, slopes: true, symmetric: true },
    { required: true, example: "alibi({ heads: 8 })", Refuse: ScoreError },
  );
  if (typeof options !== "object" || "heads" in options === "slopes" in options) {
    throw new ScoreError(
      "alibi: expected either heads or slopes. Pass { heads: 8 } for the published slopes, or { slopes: [...] } for your own.",
    );
  }
  const slopes = scoreTable("alibi", "slopes", "slopes" in options ? options.slopes : alibiSlopes(options.heads), [
    "heads",
  ]);
  return trace(({ score, head, query, key, table }) => {
    const distance = key.subtract(query);
    const steps = options.symmetric ? distance.absolute().negate() : distance;
    return score.add(table("slopes", slopes).at(head).multiply(steps));
  });
}

/** The published slopes. For a power of two heads: `2^(-8 (i + 1) / heads)`. Otherwise those of the next lower power
 *  of two, followed by every second slope of twice that power, as in the code of the authors (`get_slopes`). */
export function alibiSlopes(heads: number): number[] {
  checkCount("alibi", "heads", heads, 1, "Pass the number of query heads.");
  const lower = 2 ** Math.floor(Math.log2(heads));
  const geometric = Array.from({ length: lower }, (_, i) => 2 ** ((-8 * (i + 1)) / lower));
  const between = Array.from({ length: heads - lower }, (_, i) => 2 ** ((-8 * (2 * i + 1)) / (2 * lower)));
  return [...geometric, ...between];
}
