import { fromNumbers } from "./cast.ts";
import { checkShape } from "./check-shape.ts";
import { resolveAxis, sizeOf } from "./dimensions.ts";
import { toFloat64 } from "./read-values.ts";
import { floatDType } from "./storage.ts";
import { sumTo } from "./sum-to.ts";
import type { Tensor } from "./tensor.ts";
import { broadcastTo } from "./views.ts";

/** What layer and RMS normalization share: each row, the axes from `axis` to the last taken together, is brought to size 1,
 *  then scaled and shifted. */
export interface Normalization {
  readonly who: string;
  /** Whether the row's mean is taken off first. */
  readonly centered: boolean;
  readonly axis: number;
  readonly epsilon: number;
  readonly scale: Tensor | undefined;
  readonly bias: Tensor | undefined;
}

/** The gradients of a normalization; those of parameters that were not given are null. */
export interface NormalizationGradients {
  readonly input: Tensor;
  readonly scale: Tensor | null;
  readonly bias: Tensor | null;
}

/** Rows of the input at mean 0 (when centered) and size 1, times scale, plus bias. */
export function normalize(input: Tensor, options: Normalization): Tensor {
  const { normalized, width, scale, bias } = prepare(input, options);
  for (let start = 0; start < normalized.length; start += width) {
    for (let i = 0; i < width; i++) normalized[start + i] = normalized[start + i] * scale[i] + bias[i];
  }
  return fromNumbers(options.who, normalized, input.shape, floatDType(input.dtype));
}

/** With n the normalized row, d its size before and g = outputGradient * scale:
 *  input = (g - mean(g) - n * mean(g * n)) / d, where mean(g) counts only when centered; scale = sum(outputGradient * n); bias = sum(outputGradient). */
export function normalizeGradients(
  input: Tensor,
  outputGradient: Tensor,
  options: Normalization,
): NormalizationGradients {
  checkShape(options.who, "outputGradient", outputGradient, input.shape);
  const { normalized, deviations, width, scale, rowShape } = prepare(input, options);
  const gradient = toFloat64(outputGradient);
  const inputGradient = new Float64Array(normalized.length);
  const scaleGradient = new Float64Array(width);
  const biasGradient = new Float64Array(width);
  for (let row = 0, start = 0; start < normalized.length; row++, start += width) {
    let mean = 0;
    let overlap = 0;
    for (let i = 0; i < width; i++) {
      const scaled = gradient[start + i] * scale[i];
      mean += scaled / width;
      overlap += (scaled * normalized[start + i]) / width;
      scaleGradient[i] += gradient[start + i] * normalized[start + i];
      biasGradient[i] += gradient[start + i];
    }
    if (!options.centered) mean = 0;
    for (let i = 0; i < width; i++) {
      const scaled = gradient[start + i] * scale[i];
      inputGradient[start + i] = (scaled - mean - normalized[start + i] * overlap) / deviations[row];
    }
  }
  const parameterGradient = (parameter: Tensor | undefined, values: Float64Array): Tensor | null => {
    if (parameter === undefined) return null;
    const dtype = floatDType(parameter.dtype);
    return sumTo(fromNumbers(options.who, values, rowShape, dtype), parameter.shape);
  };
  return {
    input: fromNumbers(options.who, inputGradient, input.shape, floatDType(input.dtype)),
    scale: parameterGradient(options.scale, scaleGradient),
    bias: parameterGradient(options.bias, biasGradient),
  };
}

interface Prepared {
  /** Rows at mean 0 (when centered) and size 1, in memory of their own. */
  readonly normalized: Float64Array;
  /** What each row was divided by. */
  readonly deviations: Float64Array;
  readonly rowShape: readonly number[];
  readonly width: number;
  readonly scale: Float64Array;
  readonly bias: Float64Array;
}

function prepare(input: Tensor, { who, centered, axis, epsilon, scale, bias }: Normalization): Prepared {
  if (!(epsilon >= 0)) throw new RangeError(`${who}: epsilon must be 0 or more, got ${epsilon}.`);
  const rowShape = input.shape.slice(resolveAxis(who, axis, input.shape.length));
  const width = sizeOf(rowShape);
  const normalized = toFloat64(input).slice();
  const deviations = new Float64Array(width === 0 ? 0 : normalized.length / width);
  for (let row = 0, start = 0; start < normalized.length; row++, start += width) {
    const values = normalized.subarray(start, start + width);
    // pass 1: the mean; pass 2: the mean square around it (one pass would cancel for a large mean); pass 3: divide
    let mean = 0;
    if (centered) {
      for (let i = 0; i < width; i++) mean += values[i];
      mean /= width;
    }
    let square = 0;
    for (let i = 0; i < width; i++) {
      values[i] -= mean;
      square += values[i] * values[i];
    }
    deviations[row] = Math.sqrt(square / width + epsilon);
    for (let i = 0; i < width; i++) values[i] /= deviations[row];
  }
  const parameter = (tensor: Tensor | undefined, neutral: number): Float64Array =>
    tensor === undefined ? new Float64Array(width).fill(neutral) : toFloat64(broadcastTo(tensor, rowShape));
  return { normalized, deviations, rowShape, width, scale: parameter(scale, 1), bias: parameter(bias, 0) };
}
