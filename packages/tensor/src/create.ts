import { DTypeError } from "./dtype-error.ts";
import type { DType } from "./dtype.ts";
import { checkDimensions } from "./dimensions.ts";
import { makeTensor } from "./make-tensor.ts";
import { allocate, checkDType, checkHolds, storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** A tensor of zeros. @throws {ShapeError} for negative, fractional or too large dimensions, before anything is allocated */
export function zeros(shape: readonly number[], dtype: DType = "float32"): Tensor {
  return filled("zeros", shape, 0, dtype);
}

/** A tensor of ones. */
export function ones(shape: readonly number[], dtype: DType = "float32"): Tensor {
  return filled("ones", shape, 1, dtype);
}

/** A tensor that holds `value` everywhere. @throws {DTypeError} when an int or bool dtype cannot hold it */
export function full(shape: readonly number[], value: number, dtype: DType = "float32"): Tensor {
  return filled("full", shape, value, dtype);
}

/** One number, shape `[]`. */
export function scalar(value: number, dtype: DType = "float32"): Tensor {
  return filled("scalar", [], value, dtype);
}

/** `[0, 1, …, length - 1]`. */
export function arange(length: number, dtype: DType = "float32"): Tensor {
  checkDType("arange", dtype);
  checkDimensions("arange", [length]);
  if (length > 0) checkHolds("arange", dtype, length - 1);
  const { encode } = storage[dtype];
  const data = allocate("arange", dtype, length);
  for (let i = 0; i < length; i++) data[i] = encode(i);
  return makeTensor(dtype, [length], data);
}

function filled(who: string, shape: readonly number[], value: number, dtype: DType): Tensor {
  checkDType(who, dtype);
  if (typeof value !== "number") throw new DTypeError(`${who}: the value must be a number, got ${typeof value}.`);
  checkHolds(who, dtype, value);
  const size = checkDimensions(who, shape);
  const data = allocate(who, dtype, size);
  if (value !== 0 || Object.is(value, -0)) data.fill(storage[dtype].encode(value));
  return makeTensor(dtype, shape, data);
}
