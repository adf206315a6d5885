import { sizeOf } from "./dimensions.ts";
import { makeTensor } from "./make-tensor.ts";
import { isQuantized, quantizedTensor, type QuantizedTensor } from "./quantized-tensor.ts";
import { readValues } from "./read-values.ts";
import { ShapeError } from "./shape-error.ts";
import { allocate } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** Rounds each row (last axis) to the nearest whole multiples of its largest magnitude / 127: no number is off by more than half of that, 1 in 254 of
 *  the largest. Rows of zeros have scale 1. A row that holds NaN, an infinity or what float32 cannot becomes NaN throughout.
 *  @param tensor `[..., columns]`; one that is quantized comes back as it is
 *  @returns multiples of int8, and scales `[...]` of float32
 *  @throws {ShapeError} for a scalar */
export function quantizeRows(tensor: Tensor): QuantizedTensor {
  if (isQuantized(tensor)) return tensor;
  const { shape } = tensor;
  if (shape.length === 0) throw new ShapeError("quantizeRows: expected at least one axis, got a scalar.");
  const columns = shape[shape.length - 1];
  const numbers = readValues(tensor);
  const rows = sizeOf(shape.slice(0, -1));
  const multiples = allocate("quantizeRows", "int8", numbers.length);
  const scales = allocate("quantizeRows", "float32", rows);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let largest = 0;
    for (let i = start; i < start + columns; i++) largest = Math.max(largest, Math.abs(numbers[i]));
    const scale = Math.fround(largest / 127);
    scales[row] = scale === 0 ? 1 : scale;
    for (let i = start; i < start + columns; i++) {
      // the clamp is for scales too small for float32 to hold well
      multiples[i] = Math.max(-127, Math.min(127, Math.round(numbers[i] / scales[row])));
    }
  }
  return quantizedTensor(makeTensor("int8", shape, multiples), makeTensor("float32", shape.slice(0, -1), scales));
}

/** The numbers that a quantized tensor stands for: multiples × scales.
 *  @param tensor `[..., columns]`
 *  @returns float32, the same shape */
export function dequantizeRows(tensor: QuantizedTensor): Tensor {
  const { shape } = tensor;
  const columns = shape[shape.length - 1];
  const scales = readValues(tensor.scales);
  const numbers = allocate("dequantizeRows", "float32", scales.length * columns);
  numbers.set(readValues(tensor));
  for (let i = 0; i < numbers.length; i++) numbers[i] *= scales[Math.floor(i / columns)];
  return makeTensor("float32", shape, numbers);
}
