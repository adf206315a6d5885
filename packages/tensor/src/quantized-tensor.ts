import { DTypeError } from "./dtype-error.ts";
import { describeShape } from "./dimensions.ts";
import { concatenate } from "./join.ts";
import { ShapeError } from "./shape-error.ts";
import { slice, type SliceRange } from "./slice.ts";
import type { Tensor } from "./tensor.ts";

/** Numbers in a quarter of the memory: each is a whole multiple of its row's scale, a row being the last axis. See `quantizeRows`.
 *
 *  As a tensor it is its multiples: other functions read those, and their results have no scales. `dequantizeRows` gives the numbers,
 *  `sliceRows` and `concatenateRows` keep the scales. */
export interface QuantizedTensor extends Tensor {
  readonly dtype: "int8";
  /** float32, one per row: the tensor's shape without its last axis. */
  readonly scales: Tensor;
}

export function isQuantized(tensor: Tensor): tensor is QuantizedTensor {
  return tensor.dtype === "int8" && "scales" in tensor;
}

/** Multiples and the scales of their rows, put together without a copy.
 *  @param multiples int8 `[..., columns]`
 *  @param scales float32 `[...]`
 *  @throws {DTypeError | ShapeError} */
export function quantizedTensor(multiples: Tensor, scales: Tensor): QuantizedTensor {
  const { shape, strides, offset } = multiples;
  if (multiples.dtype !== "int8" || scales.dtype !== "float32") {
    throw new DTypeError(
      `quantizedTensor: expected multiples of int8 and scales of float32, got ${multiples.dtype} and ${scales.dtype}.`,
    );
  }
  const rows = shape.slice(0, -1);
  if (shape.length === 0 || scales.shape.length !== rows.length || rows.some((n, axis) => scales.shape[axis] !== n)) {
    throw new ShapeError(
      `quantizedTensor: expected one scale per row of ${describeShape(shape)}, got ${describeShape(scales.shape)}.`,
    );
  }
  return Object.freeze({
    dtype: "int8",
    shape,
    strides,
    offset,
    // a backend's memory may move
    get data() {
      return multiples.data;
    },
    scales,
  });
}

/** `slice` that takes the scales along.
 *  @throws {ShapeError} for a range within the rows of a quantized tensor, whose scales belong to whole rows */
export function sliceRows(tensor: QuantizedTensor, ranges: readonly SliceRange[]): QuantizedTensor;
export function sliceRows(tensor: Tensor, ranges: readonly SliceRange[]): Tensor;
export function sliceRows(tensor: Tensor, ranges: readonly SliceRange[]): Tensor {
  const part = slice(tensor, ranges);
  if (!isQuantized(tensor)) return part;
  const rank = tensor.shape.length;
  if (ranges.length >= rank) {
    throw new ShapeError(
      `sliceRows: rows are taken whole: expected at most ${rank - 1} ranges for shape ${describeShape(tensor.shape)}, got ${ranges.length}.`,
    );
  }
  return quantizedTensor(part, slice(tensor.scales, ranges));
}

/** `concatenate` that takes the scales along.
 *  @param axis counted from the front; for quantized tensors not the last
 *  @throws {DTypeError} when only some are quantized */
export function concatenateRows(tensors: readonly QuantizedTensor[], axis: number): QuantizedTensor;
export function concatenateRows(tensors: readonly Tensor[], axis: number): Tensor;
export function concatenateRows(tensors: readonly Tensor[], axis: number): Tensor {
  const whole = concatenate(tensors, axis);
  const quantized = tensors.filter(isQuantized);
  if (quantized.length === 0) return whole;
  if (quantized.length < tensors.length) {
    throw new DTypeError(
      "concatenateRows: expected scales with every part, got int8 without. Make it with quantizeRows.",
    );
  }
  const scales = concatenate(
    quantized.map((part) => part.scales),
    axis,
  );
  return quantizedTensor(whole, scales);
}
