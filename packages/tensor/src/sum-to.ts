import { sum } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import type { Tensor } from "./tensor.ts";
import { ShapeError } from "./shape-error.ts";
import { describeShape } from "./dimensions.ts";

/** Sums over the axes along which `shape` repeats to become the tensor's: the gradient of `broadcastTo`.
 *  @throws {ShapeError} when `shape` does not broadcast to the tensor's shape */
export function sumTo(input: Tensor, shape: readonly number[]): Tensor {
  const added = input.shape.length - shape.length;
  const fits = added >= 0 && shape.every((length, axis) => length === 1 || length === input.shape[axis + added]);
  if (!fits) {
    throw new ShapeError(
      `sumTo: expected a shape that repeats to ${describeShape(input.shape)}, got ${describeShape(shape)}.`,
    );
  }
  let result = input;
  for (let axis = 0; axis < input.shape.length; axis++) {
    const kept = axis >= added && shape[axis - added] === input.shape[axis];
    if (!kept) result = sum(result, axis, { keepDims: true });
  }
  return reshape(result, shape);
}
