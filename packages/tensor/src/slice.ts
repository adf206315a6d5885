import { describeShape } from "./dimensions.ts";
import { makeView } from "./make-tensor.ts";
import { ShapeError } from "./shape-error.ts";
import type { Tensor } from "./tensor.ts";

/** What to take of one axis: a number picks one entry and drops the axis, null takes all,
 *  `[start, end, step]` takes from start to before end; null as start or end means as far as the step goes. */
export type SliceRange = number | null | readonly [start: number | null, end: number | null, step?: number];

/** Part of a tensor, without a copy. Negative positions count from the end, a negative step goes backwards, axes not named are taken whole.
 *  Positions past either end are refused rather than cut.
 *  @throws {ShapeError} when a range does not lie in its axis */
export function slice(tensor: Tensor, ranges: readonly SliceRange[]): Tensor {
  const rank = tensor.shape.length;
  if (ranges.length > rank) {
    throw new ShapeError(
      `slice: at most ${rank} ranges for shape ${describeShape(tensor.shape)}, got ${ranges.length}.`,
    );
  }
  const shape: number[] = [];
  const strides: number[] = [];
  let offset = tensor.offset;
  for (let axis = 0; axis < rank; axis++) {
    const range = ranges[axis] ?? null;
    const length = tensor.shape[axis];
    const stride = tensor.strides[axis];
    if (typeof range === "number") {
      offset += position(axis, range, length, length - 1) * stride;
      continue;
    }
    const [start, count, step] = resolveRange(axis, range ?? [null, null], length);
    if (count > 0) offset += start * stride;
    shape.push(count);
    strides.push(stride * step);
  }
  return makeView(tensor, shape, strides, offset);
}

/** Start, number of entries and step of a range. */
function resolveRange(
  axis: number,
  [from, to, step = 1]: Exclude<SliceRange, number | null>,
  length: number,
): [start: number, count: number, step: number] {
  if (!Number.isInteger(step) || step === 0) {
    throw new ShapeError(`slice: the step of axis ${axis} must be a whole number other than 0, got ${step}.`);
  }
  const backward = step < 0;
  const start = from === null ? (backward ? length - 1 : 0) : position(axis, from, length, length);
  const end = to === null ? (backward ? -1 : length) : position(axis, to, length, length);
  const first = backward ? Math.min(start, length - 1) : start;
  return [first, Math.max(0, Math.ceil((end - first) / step)), step];
}

function position(axis: number, value: number, length: number, last: number): number {
  const resolved = value < 0 ? value + length : value;
  if (Number.isInteger(value) && resolved >= 0 && resolved <= last) return resolved;
  throw new ShapeError(`slice: axis ${axis} has ${length} entries, got position ${value}. Use ${-length} to ${last}.`);
}
