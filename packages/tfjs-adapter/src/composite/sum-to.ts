import { reshape, sum } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** Undoes broadcasting: sums over the axes along which `shape` was repeated. */
export function sumTo(tensor: Tensor, shape: readonly number[]): Tensor {
  const missing = tensor.shape.length - shape.length;
  const axes = tensor.shape.flatMap((length, axis) =>
    axis < missing || (shape[axis - missing] === 1 && length !== 1) ? [axis] : [],
  );
  return reshape(axes.length === 0 ? tensor : sum(tensor, axes, true), [...shape]);
}
