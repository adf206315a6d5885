import { alongAxis } from "./along-axis.ts";
import { checkShape } from "./check-shape.ts";
import { fromNumbers } from "./cast.ts";
import { toFloat64 } from "./read-values.ts";
import { floatDType } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** `exp(x) / sum(exp(x))` along an axis, with the maximum subtracted first so that exp cannot overflow.
 *  A row of only -Infinity has nothing to share: it gives zeros, as attention over no keys does. NaN or Infinity make their row NaN.
 *  @param input any shape of rank 1 or more
 *  @param axis default the last
 *  @returns the same shape; float dtypes stay, ints give float32 */
export function softmax(input: Tensor, axis = -1): Tensor {
  const { length, inner, rows, start } = alongAxis("softmax", input.shape, axis);
  const values = toFloat64(input);
  const output = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    const first = start(row);
    const end = first + length * inner;
    const maximum = rowMaximum(values, first, end, inner);
    if (maximum === -Infinity) continue;
    let sum = 0;
    for (let i = first; i < end; i += inner) sum += output[i] = Math.exp(values[i] - maximum);
    for (let i = first; i < end; i += inner) output[i] /= sum;
  }
  return fromNumbers("softmax", output, input.shape, floatDType(input.dtype));
}

/** The gradient of `softmax` by its input, from its output: `output * (outputGradient - sum(output * outputGradient))`. */
export function softmaxGradient(output: Tensor, outputGradient: Tensor, axis = -1): Tensor {
  checkShape("softmaxGradient", "outputGradient", outputGradient, output.shape);
  const { length, inner, rows, start } = alongAxis("softmaxGradient", output.shape, axis);
  const weights = toFloat64(output);
  const gradient = toFloat64(outputGradient);
  const result = new Float64Array(weights.length);
  for (let row = 0; row < rows; row++) {
    const first = start(row);
    const end = first + length * inner;
    let dot = 0;
    for (let i = first; i < end; i += inner) dot += weights[i] * gradient[i];
    for (let i = first; i < end; i += inner) result[i] = weights[i] * (gradient[i] - dot);
  }
  return fromNumbers("softmaxGradient", result, output.shape, floatDType(output.dtype));
}

/** `log(sum(exp(x)))` along an axis, natural log; that axis is dropped. A row without entries, or of only -Infinity, gives -Infinity. */
export function logSumExp(input: Tensor, axis = -1): Tensor {
  const layout = alongAxis("logSumExp", input.shape, axis);
  const values = toFloat64(input);
  const output = new Float64Array(layout.rows);
  for (let row = 0; row < layout.rows; row++) {
    const first = layout.start(row);
    const end = first + layout.length * layout.inner;
    const maximum = rowMaximum(values, first, end, layout.inner);
    let sum = 0;
    if (Number.isFinite(maximum)) {
      for (let i = first; i < end; i += layout.inner) sum += Math.exp(values[i] - maximum);
    }
    output[row] = Number.isFinite(maximum) ? maximum + Math.log(sum) : maximum;
  }
  return fromNumbers("logSumExp", output, input.shape.toSpliced(layout.axis, 1), floatDType(input.dtype));
}

function rowMaximum(values: Float64Array, first: number, end: number, step: number): number {
  let maximum = -Infinity;
  for (let i = first; i < end; i += step) maximum = Math.max(maximum, values[i]); // NaN stays NaN
  return maximum;
}
