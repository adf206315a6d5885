import { relativeBias } from "@fovea/scoring";
import { zeros } from "@fovea/tensor";
import { checkCounts } from "../check-counts.ts";
import type { LearnedLook } from "./learned-look.ts";

/** A bias per head and distance, learned: `score + bias[head, reach + key - query]`. Table `bias` `[heads, 2 reach + 1]` starts at 0; pairs further
 *  apart than `reach` share the outermost entries.
 *  @see Shaw, Uszkoreit, Vaswani 2018, eq. 4 */
export function learnedRelativeBias({ heads, reach }: { readonly heads: number; readonly reach: number }): LearnedLook {
  checkCounts("learnedRelativeBias", { heads, reach });
  return { score: relativeBias({ table: zeros([heads, 2 * reach + 1]) }), learnedTables: ["bias"] };
}
