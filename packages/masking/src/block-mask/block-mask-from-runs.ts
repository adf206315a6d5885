import type { Program } from "@fovea/program";
import { ownBlockMask } from "./accept-block-mask.ts";
import type { BlockMask } from "./block-mask.ts";
import { planBlockMask } from "./block-mask-options.ts";
import type { BlockMaskOptions } from "./block-mask-options.ts";
import { maskKey, tablesKey } from "./made-for.ts";
import { verifyBlockMask } from "./verify-block-mask.ts";

/** The runs of a block mask, see `BlockMask`. */
export type BlockRuns = Pick<BlockMask, "rowStarts" | "runStarts" | "runEnds" | "runFull">;

/** A block mask whose runs are known otherwise, such as the lists of neighbors of a graph: nothing is asked of the mask.
 *  Its order and sizes are checked; that each full block is visible and each block outside the runs hidden is the caller's word.
 *  @param options as for `createBlockMask`; `exact` and `budget` have no part
 *  @throws {MaskError} when the runs are out of order, overlap or leave the sizes, or an option is out of range */
export function blockMaskFromRuns(
  mask: Program | null | undefined,
  options: Omit<BlockMaskOptions, "exact" | "budget">,
  runs: BlockRuns,
): BlockMask {
  const program = mask ?? null;
  const { queryBlock, keyBlock, queries, keys, batch, heads, offsets } = planBlockMask(program, options);
  const madeFor = { mask: maskKey(program), tables: tablesKey(program, options.tables), queryOffsets: offsets };
  const { rowStarts, runStarts, runEnds, runFull } = runs;
  const given = { queryBlock, keyBlock, queries, keys, batch, heads, rowStarts, runStarts, runEnds, runFull, madeFor };
  return ownBlockMask(verifyBlockMask("blockMaskFromRuns", given));
}
