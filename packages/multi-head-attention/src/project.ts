import { add, reshape, sum, type matmul, type Tensor } from "@fovea/tensor";
import type { Projection } from "./weights.ts";

/** How projections multiply: `matmul` of the tensor package, or a faster one with its arguments and results. */
export type Matmul = typeof matmul;

/** `vectors · weight + bias`.
 *  @param vectors `[batch, tokens, in]`
 *  @returns `[batch, tokens, out]` */
export function project(vectors: Tensor, { weight, bias }: Projection, multiply: Matmul): Tensor {
  const product = multiply(vectors, weight);
  return bias ? add(product, bias) : product;
}

/** Gradient of `project` for its vectors.
 *  @param outputGradient `[batch, tokens, out]`
 *  @returns `[batch, tokens, in]` */
export function projectGradient(outputGradient: Tensor, { weight }: Projection, multiply: Matmul): Tensor {
  return multiply(outputGradient, weight, { transposeB: true });
}

/** Gradients of `project` for weight and, where there is one, bias.
 *  @param vectors `[batch, tokens, in]`
 *  @param outputGradient `[batch, tokens, out]` */
export function projectionGradients(
  vectors: Tensor,
  { weight, bias }: Projection,
  outputGradient: Tensor,
  multiply: Matmul,
): Projection {
  const [batch, tokens] = vectors.shape as [number, number, number];
  const [input, output] = weight.shape as [number, number];
  const rows = reshape(outputGradient, [batch * tokens, output]);
  const weightGradient = multiply(reshape(vectors, [batch * tokens, input]), rows, { transposeA: true });
  return { weight: weightGradient, ...(bias && { bias: sum(rows, 0) }) };
}
