import { readValues } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { hull, interval, never } from "./interval.ts";
import type { Interval } from "./interval.ts";
import { summarize } from "./summarize.ts";
import type { Summary } from "./summarize.ts";

/** What a table may give for indices within a box. */
export type TableRange = (indices: readonly Interval[]) => Interval;

/** What a question about a table of several axes may cost: cells looked at, times axes. A block of pairs has thousands, so that asking bounds
 *  about it stays far below asking about each; a box of 64 × 64 elements that lies askew in a table of two axes costs some 600. */
const mostWork = 1024;

/** Prepares a table for being asked its range over boxes of indices. Work and memory: O(elements), once; a question costs O(log elements)
 *  for one axis. For more axes it looks at as many cells as the box has ragged edge, as long as that costs no more than `most`: what is
 *  left then counts as a whole, so that the range may be too wide. Else exact but for NaN, which is said to be everywhere in a table that
 *  holds one. The table must not change afterwards.
 *  @param spend is told what a question about several axes has cost: cells looked at, times axes */
export function tableRange(table: Tensor, spend?: (work: number) => void, most: number = mostWork): TableRange {
  const { shape } = table;
  const rank = shape.length;
  const levels = summarize(shape, readValues(table), table.dtype === "bool");
  const from = new Int32Array(rank);
  const to = new Int32Array(rank);
  return (indices) => {
    let leaves = false;
    for (let axis = 0; axis < rank; axis++) {
      const { low, high } = indices[axis];
      from[axis] = Math.max(low, 0);
      to[axis] = Math.min(high, shape[axis] - 1);
      if (from[axis] > to[axis]) return never;
      if (low < 0 || high >= shape[axis]) leaves = true;
    }
    const range = rank === 1 ? climb(levels, from[0], to[0]) : search(levels, from, to, Math.floor(most / rank), spend);
    return leaves ? hull(range, never) : range;
  };
}

/** One axis: takes what sticks out at either end of each level, then goes on with the whole cells of the next. */
function climb({ levels, shift, hasNaN }: Summary, from: number, to: number): Interval {
  const ragged = (1 << shift) - 1;
  let [low, high] = [Infinity, -Infinity];
  let [start, end] = [from, to + 1];
  for (const { lows, highs } of levels) {
    const take = (index: number): void => {
      if (lows[index] < low) low = lows[index];
      if (highs[index] > high) high = highs[index];
    };
    while (start < end && (start & ragged) !== 0) take(start++);
    while (start < end && (end & ragged) !== 0) take(--end);
    start >>= shift;
    end >>= shift;
  }
  return interval(low, high, hasNaN);
}

/** Goes down from the coarsest level, opening only cells that the box cuts and that could still widen the range, as long as `most` allows. */
function search(
  { levels, shift, hasNaN }: Summary,
  from: Int32Array,
  to: Int32Array,
  most: number,
  spend: ((work: number) => void) | undefined,
): Interval {
  const rank = from.length;
  let [low, high] = [Infinity, -Infinity];
  let looked = 0;
  const cell = new Int32Array(levels.length * rank);

  /** The first and last index along an axis that the box has in the cell opened above. */
  const firstOf = (level: number, axis: number): number => Math.max(from[axis] >> (level * shift), parent(level, axis));
  const lastOf = (level: number, axis: number): number =>
    Math.min(to[axis] >> (level * shift), parent(level, axis) + (1 << shift) - 1, levels[level].shape[axis] - 1);
  const parent = (level: number, axis: number): number =>
    level + 1 < levels.length ? cell[(level + 1) * rank + axis] << shift : 0;
  /** Whether the cells of a level, in the one opened above, are few enough to be looked at. */
  const mayOpen = (level: number): boolean => {
    let cells = 1;
    for (let axis = 0; axis < rank; axis++) cells *= lastOf(level, axis) - firstOf(level, axis) + 1;
    return looked + cells <= most;
  };

  const open = (level: number, axis: number, flat: number, isInside: boolean): void => {
    const { shape, lows, highs } = levels[level];
    if (axis === rank) {
      looked++;
      if (lows[flat] >= low && highs[flat] <= high) return;
      if (level > 0 && !isInside && mayOpen(level - 1)) return open(level - 1, 0, 0, true);
      low = Math.min(low, lows[flat]);
      high = Math.max(high, highs[flat]);
      return;
    }
    const bits = level * shift;
    const last = lastOf(level, axis);
    for (let index = firstOf(level, axis); index <= last; index++) {
      cell[level * rank + axis] = index;
      const end = Math.min(((index + 1) << bits) - 1, levels[0].shape[axis] - 1);
      const isCovered = index << bits >= from[axis] && end <= to[axis];
      open(level, axis + 1, flat * shape[axis] + index, isInside && isCovered);
    }
  };
  open(levels.length - 1, 0, 0, true);
  spend?.(looked * rank);
  return interval(low, high, hasNaN);
}
