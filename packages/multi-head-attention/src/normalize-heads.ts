import type { BlockOperations, Operand } from "@fovea/block-operations";
import { layerNormGradients, rmsNormGradients, type Tensor } from "@fovea/tensor";
import type { HeadNormalization, NormalizationGradients } from "./weights/weights.ts";

/** Normalizes each head's vector by itself.
 *  @param split `[batch, heads, tokens, headDim]` */
export function normalizeHeads<T extends Operand>(
  split: T,
  { kind, epsilon, scale, bias }: HeadNormalization<T>,
  operations: BlockOperations<T>,
): T {
  return kind === "rms"
    ? operations.rmsNorm(split, { scale, epsilon: epsilon ?? 1e-6 })
    : operations.layerNorm(split, { scale, bias, epsilon: epsilon ?? 1e-5 });
}

/** Gradients of `normalizeHeads`: of the vectors and of scale and bias, where there are any.
 *  @param outputGradient `[batch, heads, tokens, headDim]` */
export function normalizeHeadsGradients(
  split: Tensor,
  outputGradient: Tensor,
  { kind, epsilon, ...parameters }: HeadNormalization,
): { readonly split: Tensor; readonly parameters: NormalizationGradients } {
  if (kind === "rms") {
    const given = { ...(parameters.scale && { scale: parameters.scale }), epsilon: epsilon ?? 1e-6 };
    const { input, scale } = rmsNormGradients(split, outputGradient, given);
    return { split: input, parameters: { ...(scale && { scale }) } };
  }
  const options = { ...parameters, epsilon: epsilon ?? 1e-5 };
  const { input, scale, bias } = layerNormGradients(split, outputGradient, options);
  return { split: input, parameters: { ...(scale && { scale }), ...(bias && { bias }) } };
}
