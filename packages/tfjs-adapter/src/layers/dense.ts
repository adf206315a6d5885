import { add, matMul, reshape } from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";

/** `x · kernel + bias` over the last axis, as one product of two matrices: the form that every backend computes fastest.
 *  @param x `[…, in]`
 *  @param kernel `[in, …]` or any shape with `in * out` elements, in first
 *  @returns `[…, out]` */
export function dense(x: Tensor, kernel: Tensor, bias: Tensor | null): Tensor {
  const from = x.shape[x.shape.length - 1];
  const to = kernel.size / from;
  const leading = x.shape.slice(0, -1);
  const count = leading.reduce((product, length) => product * length, 1); // said, because -1 is not found where there is nothing
  const rows = reshape(x, [count, from]) as Tensor2D;
  const product = matMul(rows, reshape(kernel, [from, to]) as Tensor2D);
  const sum = bias ? add(product, reshape(bias, [to])) : product;
  return reshape(sum, [...leading, to]);
}
