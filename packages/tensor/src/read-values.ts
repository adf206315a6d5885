import type { TensorData } from "./dtype.ts";
import { rowMajorStrides, sizeOf } from "./dimensions.ts";
import { storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";
import { innerStride, walkRows } from "./walk-rows.ts";

/** Decoded numbers: 16-bit floats come as float32. */
export type Values = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;

/** Number of elements. */
export function size(tensor: Tensor): number {
  return sizeOf(tensor.shape);
}

/** Number of axes. */
export function rank(tensor: Tensor): number {
  return tensor.shape.length;
}

/** Whether the elements lie in row-major order without gaps (axes of length 1 may have any stride). */
export function isContiguous(tensor: Tensor): boolean {
  if (size(tensor) === 0) return true;
  const dense = rowMajorStrides(tensor.shape);
  return tensor.shape.every((length, axis) => length === 1 || tensor.strides[axis] === dense[axis]);
}

/** The numbers in row-major order. Shares memory where it can (contiguous, and not a 16-bit float), so treat them as read-only. */
export function readValues(tensor: Tensor): Values {
  const stored = readStored(tensor);
  if (!(stored instanceof Uint16Array)) return stored;
  const { decode } = storage[tensor.dtype];
  const values = new Float32Array(stored.length);
  for (let i = 0; i < values.length; i++) values[i] = decode(stored[i]);
  return values;
}

/** The numbers in row-major order as float64; shares memory when the tensor is a contiguous float64, so treat them as read-only. */
export function toFloat64(tensor: Tensor): Float64Array {
  const values = readValues(tensor);
  return values instanceof Float64Array ? values : new Float64Array(values);
}

/** The numbers in row-major order as a plain array. */
export function toArray(tensor: Tensor): number[] {
  return Array.from(readValues(tensor));
}

/** What is stored, in row-major order; shares memory when contiguous. */
export function readStored(tensor: Tensor): TensorData {
  const { data, offset, shape } = tensor;
  const count = size(tensor);
  if (isContiguous(tensor)) return offset === 0 && data.length === count ? data : data.subarray(offset, offset + count);
  const packed = new storage[tensor.dtype].array(count);
  const step = innerStride(tensor);
  walkRows(shape, [tensor], (starts, position, length) => {
    const start = starts[0];
    if (step === 1 && length > 8) return packed.set(data.subarray(start, start + length), position);
    for (let i = 0; i < length; i++) packed[position + i] = data[start + i * step];
  });
  return packed;
}
