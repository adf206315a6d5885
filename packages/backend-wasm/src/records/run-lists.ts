import type { Call } from "@fovea/dot-product-attention";
import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/operand.ts";

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
}

/** Turns a block mask (or its absence) into run lists in memory, cut at each batch element's key length. Heads that share a layer share its lists.
 *  @param partial whether a mask program must be asked where there is no block mask */
export function writeRunLists(heap: Heap, borrowed: Borrowed, call: Call, partial: boolean): TilePlan {
  const { blockMask, keyLengths } = call;
  const batch = call.query.shape[0];
  const queries = call.query.shape[2];
  if (!blockMask) {
    const address = borrowed.allocate(batch * 12);
    for (let b = 0; b < batch; b++) heap.i32.set([0, keyLengths[b], partial ? 0 : 1], address / 4 + b * 3);
    return {
      queryBlock: Math.max(1, queries),
      runs: (b) => ({ address: address + b * 12, count: keyLengths[b] > 0 ? 1 : 0 }),
    };
  }
  const { queryBlock, keyBlock, rowStarts, runStarts, runEnds, runFull, heads: layerHeads } = blockMask;
  const rows = Math.ceil(blockMask.queries / queryBlock);
  // One copy per batch element whose length differs from its layer's first, else one per layer.
  const ownPerBatch = blockMask.batch > 1 || keyLengths.some((length) => length !== keyLengths[0]);
  const copies = ownPerBatch ? batch : 1;
  const layers = copies * layerHeads;
  const address = borrowed.allocate(Math.max(1, (runStarts.length / blockMask.batch) * copies) * 12);
  const starts = new Int32Array(layers * rows + 1);
  const words = heap.i32;
  let end = address / 4;
  for (let layer = 0; layer < layers; layer++) {
    const b = Math.floor(layer / layerHeads);
    const source = blockMask.batch > 1 ? layer : layer % layerHeads;
    for (let row = 0; row < rows; row++) {
      starts[layer * rows + row] = end;
      for (let run = rowStarts[source * rows + row]; run < rowStarts[source * rows + row + 1]; run++) {
        const first = runStarts[run] * keyBlock;
        const last = Math.min(runEnds[run] * keyBlock, keyLengths[b]);
        if (first >= last) continue;
        words[end++] = first;
        words[end++] = last;
        words[end++] = runFull[run];
      }
    }
  }
  starts[layers * rows] = end;
  return {
    queryBlock,
    runs: (b, head, row) => {
      const layer = (ownPerBatch ? b : 0) * layerHeads + (layerHeads > 1 ? head : 0);
      const start = starts[layer * rows + row];
      return { address: start * 4, count: (starts[layer * rows + row + 1] - start) / 3 };
    },
  };
}
