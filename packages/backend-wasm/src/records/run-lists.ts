import type { Call } from "@fovea/dot-product-attention";
import type { Program } from "@fovea/program";
import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import { mergeRuns, type Run } from "./merge-runs.ts";

/** The runs of keys that one row of query blocks sees: `count` triples (first key, end key, full) at `address`. */
export interface RunList {
  readonly address: number;
  readonly count: number;
}

/** Query tiles of one call, each with the runs its rows see. */
export interface TilePlan {
  readonly queryBlock: number;
  /** @returns the runs of block row `row` for one batch element and head */
  runs(batch: number, head: number, row: number): RunList;
  /** The address of a block row's address of its runs; that of the next one, where its runs end, follows. */
  startAt(batch: number, head: number, row: number): number;
}

/** Bytes of a run. */
export const runBytes = 12;

/** Turns a block mask (or its absence) into run lists in memory, cut at each batch element's key length. Heads that share a layer share its lists.
 *  @param mask asked where there is no block mask
 *  @param height rows that a block should have: as many of the mask's blocks as come to it at most are taken as one */
export function writeRunLists(
  heap: Heap,
  borrowed: Borrowed,
  call: Call,
  mask: Program | null,
  height: number = 1,
): TilePlan {
  const { blockMask, keyLengths } = call;
  const partial = mask !== null && call.mayHide;
  const batch = call.query.shape[0];
  const queries = call.query.shape[2];
  if (!blockMask) {
    const lists = Array.from(keyLengths.slice(0, batch), (end) => (end > 0 ? [{ first: 0, end, full: !partial }] : []));
    return writeLists(heap, borrowed, lists, Math.max(1, queries), (b) => b);
  }
  const { queryBlock, keyBlock, rowStarts, runStarts, runEnds, runFull, heads: layerHeads } = blockMask;
  const rows = Math.ceil(blockMask.queries / queryBlock);
  const together = Math.max(1, Math.floor(height / queryBlock));
  const tall = Math.ceil(rows / together);
  // One copy per batch element whose length differs from its layer's first, else one per layer.
  const ownPerBatch = blockMask.batch > 1 || keyLengths.some((length) => length !== keyLengths[0]);
  const lists: Run[][] = [];
  for (let layer = 0; layer < (ownPerBatch ? batch : 1) * layerHeads; layer++) {
    const keys = keyLengths[Math.floor(layer / layerHeads)];
    const source = (blockMask.batch > 1 ? layer : layer % layerHeads) * rows;
    const runsOf = (row: number): Run[] => {
      const runs: Run[] = [];
      for (let run = rowStarts[row]; run < rowStarts[row + 1]; run++) {
        const first = runStarts[run] * keyBlock;
        const end = Math.min(runEnds[run] * keyBlock, keys);
        if (first < end) runs.push({ first, end, full: runFull[run] === 1 });
      }
      return runs;
    };
    for (let row = 0; row < rows; row += together) {
      const own = Array.from({ length: Math.min(together, rows - row) }, (_, i) => runsOf(source + row + i));
      lists.push(together === 1 ? own[0] : mergeRuns(own));
    }
  }
  return writeLists(heap, borrowed, lists, queryBlock * together, (b, head, row) => {
    const layer = (ownPerBatch ? b : 0) * layerHeads + (layerHeads > 1 ? head : 0);
    return layer * tall + row;
  });
}

/** @param indexOf which list a block row has */
function writeLists(
  heap: Heap,
  borrowed: Borrowed,
  lists: readonly (readonly Run[])[],
  queryBlock: number,
  indexOf: (batch: number, head: number, row: number) => number,
): TilePlan {
  const total = lists.reduce((sum, runs) => sum + runs.length, 0);
  const address = borrowed.allocate(Math.max(1, total) * runBytes);
  const starts = borrowed.allocate((lists.length + 1) * 4);
  const words = heap.i32;
  let end = address;
  for (const [index, runs] of lists.entries()) {
    words[(starts >>> 2) + index] = end;
    end = writeRuns(words, end, runs);
  }
  words[(starts >>> 2) + lists.length] = end;
  const startAt = (batch: number, head: number, row: number): number => starts + indexOf(batch, head, row) * 4;
  return {
    queryBlock,
    startAt,
    runs: (batch, head, row) => {
      const at = startAt(batch, head, row) >>> 2;
      const start = heap.i32[at] >>> 0;
      return { address: start, count: ((heap.i32[at + 1] >>> 0) - start) / runBytes };
    },
  };
}

/** @returns where they end */
export function writeRuns(words: Int32Array, address: number, runs: readonly Run[]): number {
  let word = address >>> 2;
  for (const { first, end, full } of runs) {
    words[word++] = first;
    words[word++] = end;
    words[word++] = full ? 1 : 0;
  }
  return address + runs.length * runBytes;
}

/** The runs of a list, as they were written. */
export function readRuns(words: Int32Array, { address, count }: RunList): Run[] {
  return Array.from({ length: count }, (_, run) => {
    const at = (address >>> 2) + run * 3;
    return { first: words[at], end: words[at + 1], full: words[at + 2] === 1 };
  });
}
