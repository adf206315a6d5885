import { checkShape, readValues, tensor, type Tensor } from "@fovea/tensor";
import type { QuantizedWeight } from "./block-operations.ts";

/** Rounds each column of a matrix to whole multiples of its largest number / 127: off by at most half of that. A column of zeros stays zero.
 *  @param weight `[in, out]`
 *  @throws {ShapeError} for another rank */
export function quantizeWeight(weight: Tensor): QuantizedWeight {
  checkShape("quantizeWeight", "weight", weight, ["in", "out"]);
  const [rows, columns] = weight.shape as [number, number];
  const numbers = readValues(weight);
  const scale = new Float32Array(columns);
  const values = new Uint8Array(rows * columns);
  for (let i = 0; i < numbers.length; i++) {
    scale[i % columns] = Math.max(scale[i % columns], Math.abs(numbers[i]) / 127);
  }
  for (let i = 0; i < numbers.length; i++) {
    const step = scale[i % columns];
    const multiple = step === 0 ? 0 : Math.round(numbers[i] / step);
    values[i] = 128 + Math.min(127, Math.max(-127, multiple));
  }
  return { values: tensor(values, { shape: [rows, columns] }), scale: tensor(scale) };
}
