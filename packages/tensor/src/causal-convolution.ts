import { fromNumbers } from "./cast.ts";
import { checkOptions } from "./check-options.ts";
import { checkShape } from "./check-shape.ts";
import { logistic, weigh } from "./logistic.ts";
import { toFloat64 } from "./read-values.ts";
import { ShapeError } from "./shape-error.ts";
import { floatDType } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** What a causal convolution may carry beside its weight. */
export interface CausalConvolutionOptions {
  /** `[channels]`; default 0. */
  readonly bias?: Tensor;
  /** `[batch, channels, width - 1]`: the inputs before the first, as `present` of the call before; default zeros. */
  readonly past?: Tensor;
  /** Applied to the output; "swish" is another name of "silu"; default "none". */
  readonly activation?: "none" | "silu" | "swish";
}

/** A convolution along time in which each channel has its own kernel and sees only itself, now and before:
 *  `output[b, c, t] = activation(bias[c] + sum over i of weight[c, 0, i] * x[b, c, t - (width - 1) + i])`, in float64.
 *  Feeding the input in pieces, each with the `present` of the last as `past`, gives the same output.
 *  @param input `[batch, channels, length]`
 *  @param weight `[channels, 1, width]`; its last entry meets the current input
 *  @returns output `[batch, channels, length]`; present `[batch, channels, width - 1]`, the last inputs; both in the input's dtype (ints: float32)
 *  @throws {ShapeError} when the shapes do not go together
 *  @see ONNX operator CausalConvWithState, opset 27 */
export function causalConvolution(
  input: Tensor,
  weight: Tensor,
  options: CausalConvolutionOptions = {},
): { output: Tensor; present: Tensor } {
  checkOptions(
    "causalConvolution",
    options,
    { bias: true, past: true, activation: true },
    { example: "causalConvolution(input, weight, { bias })" },
  );
  const { bias, past, activation = "none" } = options;
  const sizes = checkShape("causalConvolution", "input", input, ["batch", "channels", "length"]);
  const { batch, channels, length } = sizes;
  const { width } = checkShape("causalConvolution", "weight", weight, ["channels", 1, "width"], sizes);
  if (width === 0) throw new ShapeError("causalConvolution: weight must have a width of 1 or more, got 0.");
  if (bias !== undefined) checkShape("causalConvolution", "bias", bias, ["channels"], sizes);
  if (past !== undefined) checkShape("causalConvolution", "past", past, [batch, channels, width - 1]);
  const activate = activationOf(activation);
  const x = toFloat64(input);
  const before = past === undefined ? new Float64Array(batch * channels * (width - 1)) : toFloat64(past);
  const kernel = toFloat64(weight);
  const shift = bias === undefined ? new Float64Array(channels) : toFloat64(bias);
  const output = new Float64Array(x.length);
  const present = new Float64Array(before.length);

  const line = new Float64Array(width - 1 + length); // one channel: its past, then its input
  for (let row = 0; row < batch * channels; row++) {
    const channel = row % channels;
    line.set(before.subarray(row * (width - 1), (row + 1) * (width - 1)));
    line.set(x.subarray(row * length, (row + 1) * length), width - 1);
    for (let t = 0; t < length; t++) {
      let sum = shift[channel];
      for (let i = 0; i < width; i++) sum += kernel[channel * width + i] * line[t + i];
      output[row * length + t] = activate(sum);
    }
    present.set(line.subarray(length), row * (width - 1));
  }
  const dtype = floatDType(input.dtype);
  return {
    output: fromNumbers("causalConvolution", output, input.shape, dtype),
    present: fromNumbers("causalConvolution", present, [batch, channels, width - 1], dtype),
  };
}

function activationOf(name: string): (x: number) => number {
  if (name === "none") return (x) => x;
  if (name === "silu" || name === "swish") return (x) => weigh(x, logistic(x));
  throw new RangeError(`causalConvolution: activation must be "none", "silu" or "swish", got ${name}.`);
}
