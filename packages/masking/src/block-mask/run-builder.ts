import type { BlockMask } from "./block-mask.ts";

/** The four arrays of a block mask. */
type Runs = Pick<BlockMask, "rowStarts" | "runStarts" | "runEnds" | "runFull">;

/** Collects the runs of many rows at once. Rows may be filled in any order; within a row runs must come in ascending order. */
export interface RunBuilder {
  /** Adds blocks `start … end - 1` to `row`; a run that continues the row's last one in the same kind is merged with it. */
  append(row: number, start: number, end: number, full: 0 | 1): void;
  /** The runs of all rows, in the order of rows. */
  finish(): Runs;
}

/** Runs are kept in the order they came, each pointing to the next of its row: a few bytes per run, nothing per block. */
export function createRunBuilder(rows: number): RunBuilder {
  const first = new Int32Array(rows).fill(-1);
  const last = new Int32Array(rows).fill(-1);
  let count = 0;
  let starts = new Int32Array(1024);
  let ends = new Int32Array(1024);
  let next = new Int32Array(1024);
  let fulls = new Uint8Array(1024);

  const append = (row: number, start: number, end: number, full: 0 | 1): void => {
    const before = last[row];
    if (before !== -1 && ends[before] === start && fulls[before] === full) {
      ends[before] = end;
      return;
    }
    if (count === starts.length) {
      starts = grown(starts, new Int32Array(2 * count));
      ends = grown(ends, new Int32Array(2 * count));
      next = grown(next, new Int32Array(2 * count));
      fulls = grown(fulls, new Uint8Array(2 * count));
    }
    starts[count] = start;
    ends[count] = end;
    next[count] = -1;
    fulls[count] = full;
    if (before === -1) first[row] = count;
    else next[before] = count;
    last[row] = count++;
  };

  const finish = (): Runs => {
    const rowStarts = new Int32Array(rows + 1);
    const [runStarts, runEnds, runFull] = [new Int32Array(count), new Int32Array(count), new Uint8Array(count)];
    let out = 0;
    for (let row = 0; row < rows; row++) {
      for (let run = first[row]; run !== -1; run = next[run], out++) {
        runStarts[out] = starts[run];
        runEnds[out] = ends[run];
        runFull[out] = fulls[run];
      }
      rowStarts[row + 1] = out;
    }
    return { rowStarts, runStarts, runEnds, runFull };
  };
  return { append, finish };
}

function grown<A extends Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
