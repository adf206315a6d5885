import { checkOptions } from "./check-options.ts";
import { defaultEpsilon } from "./default-epsilon.ts";
import { normalize, normalizeGradients } from "./normalize.ts";
import type { Normalization, NormalizationGradients } from "./normalize.ts";
import type { Tensor } from "./tensor.ts";

/** The parameters of RMS normalization. */
export interface RmsNormOptions {
  /** Broadcasts to the normalized axes; default 1. */
  readonly scale?: Tensor;
  /** Added to the mean square; default 1e-5. */
  readonly epsilon?: number;
  /** The first axis that is normalized, together with all after it; default -1, the last alone. */
  readonly axis?: number;
}

/** `x / sqrt(mean(x^2) + epsilon) * scale`, in float64.
 *  @param input any shape of rank 1 or more
 *  @returns the same shape; float dtypes stay, ints give float32
 *  @throws {ShapeError} when scale does not broadcast to the normalized axes
 *  @see Zhang and Sennrich 2019, "Root mean square layer normalization", eq. 4 */
export function rmsNorm(input: Tensor, options: RmsNormOptions = {}): Tensor {
  return normalize(input, complete("rmsNorm", options));
}

/** The gradients of `rmsNorm` by its input and scale; pass the same input and options, and the gradient of the output. */
export function rmsNormGradients(
  input: Tensor,
  outputGradient: Tensor,
  options: RmsNormOptions = {},
): Omit<NormalizationGradients, "bias"> {
  const { input: inputGradient, scale } = normalizeGradients(
    input,
    outputGradient,
    complete("rmsNormGradients", options),
  );
  return { input: inputGradient, scale };
}

function complete(who: string, options: RmsNormOptions): Normalization {
  checkOptions(who, options, { scale: true, epsilon: true, axis: true });
  const { scale, epsilon = defaultEpsilon, axis = -1 } = options;
  return { who, centered: false, scale, bias: undefined, epsilon, axis };
}
