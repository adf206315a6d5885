import { readValues, sizeOf, tensor, type Tensor } from "@fovea/tensor";
import { WeightFileError, damaged, quote } from "../weight-file-error.ts";
import type { WeightFile } from "../weight-file.ts";

/** The weights of a file that together are one weight in floats, by name. */
export interface QuantizedNames {
  /** Integers, of any shape. */
  readonly values: string;
  /** One number, or one for each index of `axis`. */
  readonly scale: string;
  /** As many numbers as `scale`; default 0. */
  readonly zeroPoint?: string;
}

export interface DequantizeOptions {
  /** The axis of `values` along which scales differ, where there are several; counted from the end where negative, default 1. */
  readonly axis?: number;
}

/** A weight that is stored as integers, as floats: `(value - zero point) × scale`, as ONNX's DequantizeLinear has it; of MatMulInteger, ConvInteger and QLinearMatMul
 *  the weight, its scale and its zero point are inputs of the node or stand beside it.
 *  @returns float32, shaped as the values
 *  @throws {WeightNameError} when one of the names is not there
 *  @throws {WeightFileError} when scales or zero points do not fit the values, or are not finite
 *  @see https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html */
export async function dequantize(
  file: WeightFile,
  names: QuantizedNames,
  { axis = 1 }: DequantizeOptions = {},
): Promise<Tensor> {
  const { shape } = file.info(names.values);
  const scales = readValues(await file.tensor(names.scale));
  const zeros =
    names.zeroPoint === undefined ? new Float32Array(scales.length) : readValues(await file.tensor(names.zeroPoint));
  const along = axis < 0 ? axis + shape.length : axis;
  const refuse = (expected: string, got: string): WeightFileError =>
    new WeightFileError({ file: file.file, expected, got, remedy: damaged });
  if (scales.length !== 1 && scales.length !== shape[along]) {
    const expected = `1 scale or one for each index of axis ${axis} of ${quote(names.values)} [${shape.join(", ")}]`;
    throw refuse(expected, `${scales.length}`);
  }
  if (zeros.length !== scales.length) throw refuse(`${scales.length} zero points`, `${zeros.length}`);
  for (const [name, numbers] of [
    [names.scale, scales],
    [names.zeroPoint, zeros],
  ] as const) {
    for (let i = 0; i < numbers.length; i++) {
      if (!Number.isFinite(numbers[i])) throw refuse(`${quote(name)} to be finite`, `${numbers[i]}`);
    }
  }
  const stored = readValues(await file.tensor(names.values));
  // values of one index of the axis lie side by side, so many at a time
  const run = scales.length === 1 ? stored.length : sizeOf(shape.slice(along + 1));
  const floats = new Float32Array(stored.length);
  for (let start = 0, index = 0; start < floats.length; start += run, index = (index + 1) % scales.length) {
    const [scale, zero] = [scales[index]!, zeros[index]!];
    for (let i = start; i < start + run; i++) floats[i] = (stored[i]! - zero) * scale;
  }
  return tensor(floats, { shape });
}
