import { trace } from "@fovea/program";
import { full } from "@fovea/tensor";
import { ScoreError } from "../score-error.ts";
import { checkCount, checkPositive } from "../check-number.ts";
import type { LearnedScore } from "./learned-score.ts";

export interface AdaptiveSpanOptions {
  readonly heads: number;
  /** The longest span a head can learn, in tokens. */
  readonly maximum: number;
  /** Width of the soft edge, in tokens: where gradients come from; default a quarter of maximum, at least 1. */
  readonly ramp?: number;
  /** Where spans start, as a share of maximum from 0 to 1; default 0.5. */
  readonly initial?: number;
}

/** A window per head whose width is learned. Each weight is multiplied, before the row is normalized, by
 *  `min(max((ramp + span - distance) / ramp, 0), 1)`, with `span = maximum * share[head]`; what lies further away is not seen at all.
 *  Table `share` `[heads]`: a penalty on it keeps spans short.
 *  @see Sukhbaatar et al. 2019, "Adaptive Attention Span in Transformers", eq. 5 */
export function adaptiveSpan(options: AdaptiveSpanOptions): LearnedScore {
  const { heads, maximum, initial = 0.5 } = options;
  const { ramp = Math.max(1, Math.floor(maximum / 4)) } = options;
  checkCount("adaptiveSpan", "heads", heads, 1, "Pass the attention's number of heads.");
  checkCount("adaptiveSpan", "maximum", maximum, 1, "It is the longest span in tokens.");
  checkPositive("adaptiveSpan", "ramp", ramp, "It is the width of the soft edge in tokens.");
  if (!(initial >= 0 && initial <= 1)) {
    throw new ScoreError(
      `adaptiveSpan: initial must be a number from 0 to 1, got ${String(initial)}. It is a share of maximum.`,
    );
  }
  const score = trace(({ score: s, head, query, key, table, select }) => {
    const share = table("share", full([heads], initial))
      .at(head)
      .maximum(0)
      .minimum(1);
    const distance = query.subtract(key).absolute().toFloat();
    const height = share.multiply(maximum).subtract(distance).add(ramp).divide(ramp).minimum(1);
    // log of a number that is not positive is never chosen, and a score of -Infinity is not seen
    return select(height.lessEqual(0), -Infinity, s.add(height.log()));
  });
  return { score, learnedTables: ["share"] };
}
