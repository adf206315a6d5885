import type { PreparedWeight } from "@fovea/block-operations";
import type { Backend } from "@fovea/dot-product-attention";
import type { MultiHeadAttentionWeights } from "./weights.ts";

/** Brings a layer's projections into the form in which a backend's kernels read them, once instead of in every call.
 *  The numbers are copied: after changing them, prepare again.
 *  @returns frees the copies when disposed of */
export function prepareWeights(
  weights: MultiHeadAttentionWeights,
  { operations }: Backend,
): Pick<PreparedWeight, "dispose"> {
  const { query, key, value, output } = weights;
  const prepared: PreparedWeight[] = [];
  const dispose = (): void => prepared.forEach((weight) => weight.dispose());
  try {
    for (const projection of [query, key, value, output]) {
      if (projection && operations) prepared.push(operations.prepareWeight(projection.weight));
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return { dispose };
}
