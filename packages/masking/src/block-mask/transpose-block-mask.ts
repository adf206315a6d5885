import type { BlockMask } from "./block-mask.ts";
import { createRunBuilder } from "./run-builder.ts";

/** The same mask seen from the keys, for backward passes: rows are key blocks, runs are runs of query blocks.
 *  Queries and keys change places in every field. Work and memory grow with the runs of both, not with the blocks. */
export function transposeBlockMask(mask: BlockMask): BlockMask {
  const rows = Math.ceil(mask.queries / mask.queryBlock);
  const columns = Math.ceil(mask.keys / mask.keyBlock);
  const layers = mask.batch * mask.heads;
  const builder = createRunBuilder(layers * columns);

  // state of each column while the rows go by: 0 empty, 1 partial, 2 full, and the row at which it became so
  const kinds = new Uint8Array(columns);
  const since = new Int32Array(columns);
  for (let layer = 0; layer < layers; layer++) {
    const change = (column: number, row: number, kind: number): void => {
      if (kinds[column] !== 0)
        builder.append(layer * columns + column, since[column], row, kinds[column] === 2 ? 1 : 0);
      kinds[column] = kind;
      since[column] = row;
    };
    // only columns whose kind differs from the row before are touched; row `rows` is empty and closes what is open
    for (let row = 0; row <= rows; row++) {
      const before = cursor(mask, layer * rows + row - 1, row > 0);
      const now = cursor(mask, layer * rows + row, row < rows);
      for (let column = 0; column < columns;) {
        const was = before.kindAt(column);
        const is = now.kindAt(column);
        const end = Math.min(before.end, now.end, columns);
        if (was !== is) for (; column < end; column++) change(column, row, is);
        column = end;
      }
    }
  }
  return Object.freeze({
    queryBlock: mask.keyBlock,
    keyBlock: mask.queryBlock,
    queries: mask.keys,
    keys: mask.queries,
    batch: mask.batch,
    heads: mask.heads,
    ...builder.finish(),
    madeFor: { ...mask.madeFor, mask: transposedKey(mask.madeFor.mask) },
  });
}

/** A mask read from the keys is another mask, and twice so the mask itself. */
function transposedKey(key: string): string {
  const prefix = "transposed\n";
  return key.startsWith(prefix) ? key.slice(prefix.length) : prefix + key;
}

/** Walks along one row: `kindAt(column)`, asked in ascending order, gives the kind there and leaves in `end` the column up to which it holds. */
function cursor(mask: BlockMask, row: number, exists: boolean): { kindAt(column: number): number; end: number } {
  let run = exists ? mask.rowStarts[row] : 0;
  const runs = exists ? mask.rowStarts[row + 1] : 0;
  return {
    end: 0,
    kindAt(column: number): number {
      while (run < runs && mask.runEnds[run] <= column) run++;
      const inside = run < runs && mask.runStarts[run] <= column;
      this.end = run === runs ? Infinity : inside ? mask.runEnds[run] : mask.runStarts[run];
      return inside ? mask.runFull[run] + 1 : 0;
    },
  };
}
