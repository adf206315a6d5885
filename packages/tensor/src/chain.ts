import { checkShape } from "./check-shape.ts";
import { combine } from "./combine.ts";
import { floatDType } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** The gradient of an element-wise function: its slope at the input, times the gradient of its output.
 *  @param outputGradient the shape of `input` @returns the shape of `input`; float dtypes stay, ints give float32 */
export function chain(who: string, input: Tensor, outputGradient: Tensor, slope: (x: number) => number): Tensor {
  checkShape(who, "outputGradient", outputGradient, input.shape);
  return combine(who, input, outputGradient, floatDType(input.dtype), (x, gradient) => gradient * slope(x));
}
