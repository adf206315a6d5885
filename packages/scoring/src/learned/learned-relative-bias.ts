import { relativeBias } from "../scores/relative-bias.ts";
import { zeros } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import type { LearnedScore } from "./learned-score.ts";

export interface LearnedRelativeBiasOptions {
  readonly heads: number;
  /** The longest distance, in tokens, that has an entry of its own. */
  readonly reach: number;
}

/** A bias per head and distance, learned: `score + bias[head, reach + key - query]`. Table `bias` `[heads, 2 reach + 1]` starts at 0; pairs further
 *  apart than `reach` share the outermost entries.
 *  @see Shaw, Uszkoreit, Vaswani 2018, eq. 4 */
export function learnedRelativeBias({ heads, reach }: LearnedRelativeBiasOptions): LearnedScore {
  checkCount("learnedRelativeBias", "heads", heads, 1, "Pass the attention's number of heads.");
  checkCount("learnedRelativeBias", "reach", reach, 1, "It is the longest distance that is told from others.");
  return { score: relativeBias({ table: zeros([heads, 2 * reach + 1]) }), learnedTables: ["bias"] };
}
