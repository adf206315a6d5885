import { sizeOf } from "@fovea/tensor";
import type { Values } from "@fovea/tensor";

/** Least and largest element of each cell of a grid. */
interface Level {
  readonly shape: readonly number[];
  readonly lows: Values;
  readonly highs: Values;
}

/** A table and ever coarser grids over it: each level joins `2 ** shift` cells along every axis, the last has one cell. */
export interface Summary {
  readonly levels: readonly Level[];
  readonly shift: number;
  readonly hasNaN: boolean;
}

/** 4 cells along each axis become one: few levels, and all of them together take a third of the table at most. */
const shift = 2;

/** @param values row-major; not copied
 *  @param isBool read every value but 0 as 1 */
export function summarize(shape: readonly number[], values: Values, isBool: boolean): Summary {
  const elements = isBool ? values.map((value) => Number(value !== 0)) : values;
  const hasNaN = elements.some(Number.isNaN);
  const levels: Level[] = [{ shape, lows: elements, highs: elements }];
  if (hasNaN) {
    // an empty range where there is NaN
    const without = (empty: number): Values => elements.map((value) => (Number.isNaN(value) ? empty : value));
    levels[0] = { shape, lows: without(Infinity), highs: without(-Infinity) };
  }
  while (levels[levels.length - 1].shape.some((length) => length > 1)) levels.push(coarser(levels[levels.length - 1]));
  return { levels, shift, hasNaN };
}

function coarser(finer: Level): Level {
  const shape = finer.shape.map((length) => ((length - 1) >> shift) + 1);
  const size = sizeOf(shape);
  const lows = finer.lows.slice(0, size).fill(0);
  const highs = finer.highs.slice(0, size).fill(0);
  const isFilled = new Uint8Array(size);
  const index = new Int32Array(shape.length);
  for (let flat = 0; flat < finer.lows.length; flat++) {
    let cell = 0;
    for (let axis = 0; axis < shape.length; axis++) cell = cell * shape[axis] + (index[axis] >> shift);
    const isFirst = isFilled[cell] === 0;
    if (isFirst || finer.lows[flat] < lows[cell]) lows[cell] = finer.lows[flat];
    if (isFirst || finer.highs[flat] > highs[cell]) highs[cell] = finer.highs[flat];
    isFilled[cell] = 1;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === finer.shape[axis]; axis--) index[axis] = 0;
  }
  return { shape, lows, highs };
}
