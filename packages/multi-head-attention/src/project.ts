import type { BlockOperations, Operand } from "@fovea/block-operations";
import { reshape, sum, type Tensor } from "@fovea/tensor";
import type { Projection } from "./weights/weights.ts";

/** `vectors · weight + bias`.
 *  @param vectors `[batch, tokens, in]`
 *  @returns `[batch, tokens, out]` */
export function project<T extends Operand>(
  vectors: T,
  { weight, bias }: Projection<T>,
  operations: BlockOperations<T>,
): T {
  return operations.linear(vectors, weight, { bias });
}

/** Gradient of `project` for its vectors.
 *  @param outputGradient `[batch, tokens, out]`
 *  @returns `[batch, tokens, in]` */
export function projectGradient(outputGradient: Tensor, { weight }: Projection, operations: BlockOperations): Tensor {
  return operations.matmul(outputGradient, weight, { transposeB: true });
}

/** Gradients of `project` for weight and, where there is one, bias.
 *  @param vectors `[batch, tokens, in]`
 *  @param outputGradient `[batch, tokens, out]` */
export function projectionGradients(
  vectors: Tensor,
  { weight, bias }: Projection,
  outputGradient: Tensor,
  operations: BlockOperations,
): Projection {
  const [batch, tokens] = vectors.shape as [number, number, number];
  const [input, output] = weight.shape as [number, number];
  const rows = reshape(operations.contiguous(outputGradient), [batch * tokens, output]);
  const inputs = reshape(operations.contiguous(vectors), [batch * tokens, input]);
  const weightGradient = operations.matmul(inputs, rows, { transposeA: true });
  return { weight: weightGradient, ...(bias && { bias: sum(rows, 0) }) };
}
