import { tensor } from "@fovea/tensor";
import type { DType, Tensor, TensorData } from "@fovea/tensor";
import { storedDTypes } from "./stored-dtype.ts";
import type { StoredDType } from "./stored-dtype.ts";
import { WeightFileError, quote } from "./weight-file-error.ts";

/** Why a stored number cannot be in a tensor. */
interface Misfit {
  readonly element: number;
  readonly value: number | bigint;
}

type Misfits = (misfit: Misfit) => never;
interface Layout<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** Numbers where they lie when their address is a multiple of their size, else moved to where it is. */
function view<T>(array: Layout<T>, bytes: Uint8Array): T {
  const size = array.BYTES_PER_ELEMENT;
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new array(buffer, byteOffset, bytes.length / size);
}

/** How the little-endian bytes of each dtype become a tensor's data: one line per dtype. */
const decoders: Readonly<Record<StoredDType, (bytes: Uint8Array, refuse: Misfits) => TensorData>> = {
  float64: (bytes) => view(Float64Array, bytes),
  float32: (bytes) => view(Float32Array, bytes),
  float16: (bytes) => view(Uint16Array, bytes),
  bfloat16: (bytes) => view(Uint16Array, bytes),
  int64: (bytes, refuse) => narrow(view(Int32Array, bytes), true, refuse),
  int32: (bytes) => view(Int32Array, bytes),
  int16: (bytes) => Int32Array.from(view(Int16Array, bytes)),
  int8: (bytes) => Int32Array.from(view(Int8Array, bytes)),
  uint64: (bytes, refuse) => narrow(view(Int32Array, bytes), false, refuse),
  uint32: (bytes, refuse) => checkUpTo(2 ** 31 - 1, view(Uint32Array, bytes), refuse, Int32Array),
  uint16: (bytes) => Int32Array.from(view(Uint16Array, bytes)),
  uint8: (bytes) => bytes,
  bool: (bytes, refuse) => checkUpTo(1, bytes, refuse, Uint8Array),
};

/** 64-bit integers as 32: the high half must repeat the sign of the low half, or be 0 with the low half's top bit clear. */
function narrow(halves: Int32Array, signed: boolean, refuse: Misfits): Int32Array {
  const data = new Int32Array(halves.length / 2);
  for (let element = 0; element < data.length; element++) {
    const low = halves[2 * element]!;
    const high = halves[2 * element + 1]!;
    if (high !== low >> 31 || (!signed && low < 0)) {
      const value = (BigInt(signed ? high : high >>> 0) << 32n) | BigInt(low >>> 0);
      refuse({ element, value });
    }
    data[element] = low;
  }
  return data;
}

/** The same bits in another array, once no number is above the limit. */
function checkUpTo<T>(limit: number, values: Uint32Array | Uint8Array, refuse: Misfits, array: Layout<T>): T {
  const element = values.findIndex((value: number) => value > limit);
  if (element >= 0) refuse({ element, value: values[element]! });
  return new array(values.buffer, values.byteOffset, values.length);
}

/** A tensor of stored bytes, whose number must have been checked. Shares their memory where dtype and alignment allow it.
 *  @throws {WeightFileError} for an integer beyond 32 bits and a bool beyond 1 */
export function decode(
  file: string,
  name: string,
  bytes: Uint8Array,
  dtype: StoredDType,
  shape: readonly number[],
): Tensor {
  const data = decoders[dtype](bytes, ({ element, value }) =>
    refuseNumber(file, name, storedDTypes[dtype].dtype, element, value),
  );
  return wrap(storedDTypes[dtype].dtype, data, shape);
}

/** Numbers already in their dtype's array, as a tensor. */
export function wrap(dtype: DType, data: TensorData, shape: readonly number[]): Tensor {
  return tensor({ data, shape, dtype }, { dtype });
}

/** @throws {WeightFileError} always */
export function refuseNumber(file: string, name: string, dtype: DType, element: number, value: number | bigint): never {
  throw new WeightFileError({
    file,
    expected: `every element of ${quote(name)} to fit ${dtype}`,
    got: `${value} at element ${element}`,
    remedy: "Tensors hold 32-bit integers and bools of 0 and 1: store other numbers as float64.",
  });
}
