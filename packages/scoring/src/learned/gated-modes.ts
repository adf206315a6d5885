import { trace, type Value } from "@fovea/program";
import { zeros } from "@fovea/tensor";
import type { Mode } from "../modes/mode.ts";
import { checkKind } from "../check-program.ts";
import { ScoreError } from "../score-error.ts";
import { checkCount } from "../check-number.ts";
import type { LearnedScore } from "./learned-score.ts";

export interface GatedModesOptions {
  readonly heads: number;
  /** Ways of looking to choose among, at least two; null is plain attention. */
  readonly modes: readonly (Mode | null)[];
}

/** Each head learns how much it looks in each of several ways (`focus()`, `scan()`, `recall()`, … ): before the row is normalized,
 *  its weights are the sum of every mode's, `sum over modes of gate[mode] * exp(score of mode)`, with `gate = softmax(gates[head])`. A pair is seen
 *  where any mode sees it. Table `gates` `[heads, modes]` starts at 0: every mode alike. */
export function gatedModes({ heads, modes }: GatedModesOptions): LearnedScore {
  checkCount("gatedModes", "heads", heads, 1, "Pass the attention's number of heads.");
  if (modes.length < 2) {
    throw new ScoreError(
      `gatedModes: modes must be at least two, got ${modes.length}. With one there is nothing to choose.`,
    );
  }
  for (const mode of modes) {
    if (mode?.score) checkKind("gatedModes", "a mode's score", mode.score, "score");
    if (mode?.mask) checkKind("gatedModes", "a mode's mask", mode.mask, "mask");
  }
  const score = trace(({ score: s, head, table, call, select, constant, maximum }) => {
    const gates = table("gates", zeros([heads, modes.length]));
    const logits = modes.map((_, index) => gates.at(head, index));
    const scores = modes.map((mode) => {
      const changed = mode?.score ? call(mode.score) : s;
      return mode?.mask ? select(call(mode.mask), changed, -Infinity) : changed;
    });
    // log of the sum of exp, less its maximum so that exp cannot overflow; 0 instead of a maximum of -Infinity
    const logSum = (terms: readonly Value[]): Value => {
      const [first, ...rest] = terms as [Value, ...Value[]];
      const largest = maximum(first, ...rest);
      const base = select(largest.equal(-Infinity), constant(0), largest);
      return terms
        .map((term) => term.subtract(base).exp())
        .reduce((sum, power) => sum.add(power))
        .log()
        .add(base);
    };
    return logSum(scores.map((mode, index) => mode.add(logits[index]))).subtract(logSum(logits));
  });
  return { score, learnedTables: ["gates"] };
}
