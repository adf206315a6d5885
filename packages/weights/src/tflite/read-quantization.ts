import { WeightFileError, damaged, quote } from "../weight-file-error.ts";
import type { Quantization } from "./dequantize.ts";
import type { FlatFile, FlatTable } from "./flat-table.ts";
import { slots } from "./slots.ts";

/** How a tensor is quantized, its scales not yet read; null where it is not: converters write an empty table for floats.
 *  @throws {WeightFileError} when there are neither one scale nor as many as the axis is long, or other numbers of zero points */
export function readQuantization(
  { file, buffer }: FlatFile,
  name: string,
  table: FlatTable | null,
  shape: readonly number[],
): (() => Quantization) | null {
  if (table === null) return null;
  const { scale, zeroPoint, axis: axisSlot } = slots.quantization;
  const scales = table.vector(scale, 4);
  const points = table.vector(zeroPoint, 8);
  const axis = table.int32(axisSlot);
  if (scales.length === 0) return null;
  const fits = scales.length === 1 || (axis >= 0 && axis < shape.length && scales.length === shape[axis]);
  if (!fits || (points.length !== 0 && points.length !== scales.length)) {
    const expected = `${quote(name)} of shape ${quote(shape)} to have one scale and zero point, or one for each place along axis ${axis}`;
    throw new WeightFileError({ file, expected, got: `${scales.length} and ${points.length}`, remedy: damaged });
  }
  return () => ({
    scale: Float32Array.from({ length: scales.length }, (_, index) => buffer.readFloat32(scales.start + 4 * index)),
    zeroPoint: Float64Array.from({ length: scales.length }, (_, index) =>
      points.length === 0 ? 0 : Number(buffer.readInt64(points.start + 8 * index)),
    ),
    axis,
  });
}
