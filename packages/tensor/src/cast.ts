import type { DType } from "./dtype.ts";
import { makeTensor } from "./make-tensor.ts";
import { readStored, readValues, isContiguous, size } from "./read-values.ts";
import { allocate, checkDType, storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** The numbers as another dtype; the same tensor when it has that dtype already.
 *  To a shorter float: nearest, ties to even. To an int: toward zero, clamped to its range, NaN to 0. To bool: 0 is false, all else true. */
export function cast(tensor: Tensor, dtype: DType): Tensor {
  checkDType("cast", dtype);
  if (tensor.dtype === dtype) return tensor;
  const data = allocate("cast", dtype, size(tensor));
  encodeInto(readValues(tensor), dtype, data);
  return makeTensor(dtype, tensor.shape, data);
}

/** A copy with memory of its own, row-major. */
export function clone(tensor: Tensor): Tensor {
  return makeTensor(tensor.dtype, tensor.shape, readStored(tensor).slice());
}

/** The same tensor when it is row-major without gaps, else a copy that is. */
export function contiguous(tensor: Tensor): Tensor {
  return isContiguous(tensor) ? tensor : makeTensor(tensor.dtype, tensor.shape, readStored(tensor));
}

/** A row-major tensor of `dtype` from computed numbers; wraps them without a copy when they are stored that way already. */
export function fromNumbers(who: string, values: Float64Array, shape: readonly number[], dtype: DType): Tensor {
  if (dtype === "float64") return makeTensor(dtype, shape, values);
  const data = allocate(who, dtype, values.length);
  encodeInto(values, dtype, data);
  return makeTensor(dtype, shape, data);
}

function encodeInto(values: ArrayLike<number>, dtype: DType, data: ReturnType<typeof allocate>): void {
  if (dtype === "float32" || dtype === "float64") return data.set(values);
  const { encode } = storage[dtype];
  for (let i = 0; i < data.length; i++) data[i] = encode(values[i]);
}
