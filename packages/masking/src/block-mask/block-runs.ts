import type { BlockMask } from "./block-mask.ts";
import { MaskError } from "../mask-error.ts";
import { wholeNumber } from "../whole-number.ts";

/** Key blocks `start … end - 1`, all full or all partial. */
export interface BlockRun {
  readonly start: number;
  readonly end: number;
  readonly full: boolean;
}

/** Where one row of query blocks is found; `batch` and `head` count for masks that read them, and may be anything for others. */
export interface BlockRow {
  readonly batch?: number;
  readonly head?: number;
  readonly queryBlock: number;
}

/** Index of a row into `rowStarts`: its runs are `rowStarts[row] … rowStarts[row + 1] - 1`.
 *  @throws {MaskError} when there is no such row */
export function blockRowIndex(mask: BlockMask, { batch = 0, head = 0, queryBlock }: BlockRow): number {
  const rows = Math.ceil(mask.queries / mask.queryBlock);
  if (rows === 0) throw new MaskError("blockRowIndex: the block mask has no queries.");
  wholeNumber("blockRowIndex", "queryBlock", queryBlock, 0, rows - 1);
  const layerBatch = mask.batch === 1 ? 0 : wholeNumber("blockRowIndex", "batch", batch, 0, mask.batch - 1);
  const layerHead = mask.heads === 1 ? 0 : wholeNumber("blockRowIndex", "head", head, 0, mask.heads - 1);
  return (layerBatch * mask.heads + layerHead) * rows + queryBlock;
}

/** The runs of one row of query blocks, in ascending key order.
 *  @throws {MaskError} when there is no such row */
export function* blockRuns(mask: BlockMask, row: BlockRow): Generator<BlockRun, void, undefined> {
  const index = blockRowIndex(mask, row);
  for (let run = mask.rowStarts[index]; run < mask.rowStarts[index + 1]; run++)
    yield { start: mask.runStarts[run], end: mask.runEnds[run], full: mask.runFull[run] === 1 };
}

/** What is known about one block.
 *  @throws {MaskError} when there is no such block */
export function blockKind(
  mask: BlockMask,
  block: BlockRow & { readonly keyBlock: number },
): "full" | "partial" | "empty" {
  const row = blockRowIndex(mask, block);
  wholeNumber("blockKind", "keyBlock", block.keyBlock, 0, Math.max(Math.ceil(mask.keys / mask.keyBlock) - 1, 0));
  // the first run that ends after the block, by halving
  let [low, high] = [mask.rowStarts[row], mask.rowStarts[row + 1]];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (mask.runEnds[middle] <= block.keyBlock) low = middle + 1;
    else high = middle;
  }
  if (low === mask.rowStarts[row + 1] || mask.runStarts[low] > block.keyBlock) return "empty";
  return mask.runFull[low] === 1 ? "full" : "partial";
}
