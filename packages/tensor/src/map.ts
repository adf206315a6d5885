import { fromNumbers } from "./cast.ts";
import type { DType } from "./dtype.ts";
import { toFloat64 } from "./read-values.ts";
import { checkDType, floatDType } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** A function of every element, computed in float64.
 *  @param dtype of the result; default: float dtypes stay, ints give float32
 *  @returns the same shape */
export function map(input: Tensor, change: (value: number) => number, dtype: DType = floatDType(input.dtype)): Tensor {
  checkDType("map", dtype);
  const values = toFloat64(input);
  const output = new Float64Array(values.length);
  for (let i = 0; i < output.length; i++) output[i] = change(values[i]);
  return fromNumbers("map", output, input.shape, dtype);
}
