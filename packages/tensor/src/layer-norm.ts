import { checkOptions } from "./check-options.ts";
import { defaultEpsilon } from "./default-epsilon.ts";
import { normalize, normalizeGradients } from "./normalize.ts";
import type { Normalization, NormalizationGradients } from "./normalize.ts";
import type { Tensor } from "./tensor.ts";

/** The parameters of layer normalization. */
export interface LayerNormOptions {
  /** Broadcasts to the normalized axes; default 1. */
  readonly scale?: Tensor;
  /** Broadcasts to the normalized axes; default 0. */
  readonly bias?: Tensor;
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
  /** The first axis that is normalized, together with all after it; default -1, the last alone. */
  readonly axis?: number;
}

/** `(x - mean) / sqrt(variance + epsilon) * scale + bias`, the variance being the mean square around the mean, in float64.
 *  @param input any shape of rank 1 or more
 *  @returns the same shape; float dtypes stay, ints give float32
 *  @throws {ShapeError} when scale or bias do not broadcast to the normalized axes
 *  @see Ba et al. 2016, "Layer normalization" */
export function layerNorm(input: Tensor, options: LayerNormOptions = {}): Tensor {
  return normalize(input, complete("layerNorm", options));
}

/** The gradients of `layerNorm` by its input, scale and bias; pass the same input and options, and the gradient of the output. */
export function layerNormGradients(
  input: Tensor,
  outputGradient: Tensor,
  options: LayerNormOptions = {},
): NormalizationGradients {
  return normalizeGradients(input, outputGradient, complete("layerNormGradients", options));
}

function complete(who: string, options: LayerNormOptions): Normalization {
  checkOptions(who, options, { scale: true, bias: true, epsilon: true, axis: true });
  const { scale, bias, epsilon = defaultEpsilon, axis = -1 } = options;
  return { who, centered: true, scale, bias, epsilon, axis };
}
