import type { BlockOperations, Operand } from "@fovea/block-operations";
import type { Tensor } from "@fovea/tensor";
import type { PositionTransform } from "./options.ts";

/** Changes vectors by the positions of their tokens: rotary by the backend's kernel, anything else by itself.
 *  @param vectors `[batch, heads, tokens, headDim]`
 *  @param positions plain int32 `[batch, tokens]` */
export function transformPositions<T extends Operand>(
  vectors: T,
  transform: PositionTransform<T>,
  positions: Tensor,
  operations: BlockOperations<T>,
): T {
  const { tables, layout } = transform;
  return tables ? operations.rotary(vectors, tables, { layout, positions }) : transform.apply(vectors, positions);
}

/** Gradient of `transformPositions` for its vectors. */
export function transformPositionsGradient(
  outputGradient: Tensor,
  transform: PositionTransform,
  positions: Tensor,
  operations: BlockOperations,
): Tensor {
  const { tables, layout } = transform;
  if (!tables) return transform.gradient(outputGradient, positions);
  return operations.rotary(outputGradient, tables, { layout, positions, inverse: true });
}
