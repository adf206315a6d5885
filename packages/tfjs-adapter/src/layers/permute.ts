import { reshape, transpose, type Tensor } from "@tensorflow/tfjs-core";

/** `transpose`, also of what is empty, which TensorFlow.js's wasm backend divides by. */
export function permute<T extends Tensor>(x: T, order: number[]): T {
  if (x.size > 0) return transpose(x, order);
  return reshape(
    x,
    order.map((axis) => x.shape[axis]),
  ) as T;
}
