import { ShapeError } from "./shape-error.ts";

/** Most axes a tensor may have. */
export const maximumRank = 32;

/** Most elements a tensor may have: what a signed 32-bit index reaches, in WebAssembly and on a GPU too. */
const maximumSize: number = 2 ** 31 - 1;

/** `[2, 3]` for messages. */
export function describeShape(shape: readonly unknown[]): string {
  return `[${shape.map(String).join(", ")}]`;
}

/** Refuses negative, fractional, NaN or too many dimensions before anything is allocated; gives the number of elements. */
export function checkDimensions(who: string, shape: readonly number[]): number {
  if (!Array.isArray(shape)) {
    throw new ShapeError(`${who}: the shape must be an array of whole numbers, got ${typeof shape}.`);
  }
  if (shape.length > maximumRank) {
    throw new ShapeError(`${who}: at most ${maximumRank} axes, got ${shape.length}. Reshape some together.`);
  }
  let size = 1;
  for (const length of shape) {
    if (!Number.isInteger(length) || length < 0 || length > maximumSize) {
      throw new ShapeError(
        `${who}: each dimension must be a whole number from 0 to ${maximumSize}, got ${describeShape(shape)}.`,
      );
    }
    size *= length;
  }
  if (size > maximumSize) {
    throw new ShapeError(
      `${who}: at most ${maximumSize} elements, got shape ${describeShape(shape)}. Split it into parts.`,
    );
  }
  return size;
}

/** Number of elements of a shape, or of some of its axes; 1 for none. Nothing is checked. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** Steps between neighbors of each axis when the last axis is dense. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** The axis counted from 0; negative counts from the end. */
export function resolveAxis(who: string, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    throw new ShapeError(
      rank === 0
        ? `${who}: a scalar has no axes, got axis ${axis}.`
        : `${who}: axis must be a whole number from ${-rank} to ${rank - 1}, got ${axis}.`,
    );
  }
  return resolved;
}
