import type { BlockMask } from "./block-mask.ts";

/** What a block mask lets through, over all its layers. */
export interface BlockMaskStatistics {
  /** Blocks altogether, and of each kind. */
  readonly blocks: number;
  readonly full: number;
  readonly partial: number;
  readonly empty: number;
  readonly runs: number;
  /** Bytes of the four arrays. */
  readonly bytes: number;
  /** Least and greatest possible share of visible pairs, 0 … 1: partial blocks count as hidden, and as visible. Both are 0 without pairs. */
  readonly visible: { readonly low: number; readonly high: number };
}

/** Counts the blocks of each kind and the pairs in them; blocks cut short count the pairs they have. Work: O(runs). */
export function blockMaskStatistics(mask: BlockMask): BlockMaskStatistics {
  const rows = Math.ceil(mask.queries / mask.queryBlock);
  const columns = Math.ceil(mask.keys / mask.keyBlock);
  const layers = mask.batch * mask.heads;
  let [full, partial, fullPairs, partialPairs] = [0, 0, 0, 0];
  for (let row = 0; row < layers * rows; row++) {
    const query = (row % rows) * mask.queryBlock;
    const queries = Math.min(mask.queryBlock, mask.queries - query);
    for (let run = mask.rowStarts[row]; run < mask.rowStarts[row + 1]; run++) {
      const blocks = mask.runEnds[run] - mask.runStarts[run];
      const keys = Math.min(mask.runEnds[run] * mask.keyBlock, mask.keys) - mask.runStarts[run] * mask.keyBlock;
      if (mask.runFull[run] === 1) {
        full += blocks;
        fullPairs += queries * keys;
      } else {
        partial += blocks;
        partialPairs += queries * keys;
      }
    }
  }
  const blocks = layers * rows * columns;
  const pairs = layers * mask.queries * mask.keys;
  const share = (part: number): number => (pairs === 0 ? 0 : part / pairs);
  return {
    blocks,
    full,
    partial,
    empty: blocks - full - partial,
    runs: mask.runStarts.length,
    bytes: mask.rowStarts.byteLength + mask.runStarts.byteLength + mask.runEnds.byteLength + mask.runFull.byteLength,
    visible: { low: share(fullPairs), high: share(fullPairs + partialPairs) },
  };
}
