import { fromBfloat16Bits, toBfloat16Bits } from "./bfloat16.ts";
import { DTypeError } from "./dtype-error.ts";
import type { DType, TensorData } from "./dtype.ts";
import { fromFloat16Bits, toFloat16Bits } from "./float16.ts";
import { ShapeError } from "./shape-error.ts";

/** How a dtype keeps numbers: `encode` gives what to store for a number, `decode` the number stored. */
export interface Storage {
  readonly array: {
    new (size: number): TensorData;
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): TensorData;
  };
  readonly encode: (value: number) => number;
  readonly decode: (stored: number) => number;
}

const asIs = (value: number): number => value;
/** Toward zero, clamped to the range, NaN to 0: as WebAssembly's saturating truncation, and the same on every machine. */
const truncate = (low: number, high: number) => (value: number) =>
  value !== value ? 0 : Math.min(high, Math.max(low, Math.trunc(value)));

export const storage: Readonly<Record<DType, Storage>> = {
  float32: { array: Float32Array, encode: asIs, decode: asIs },
  float64: { array: Float64Array, encode: asIs, decode: asIs },
  float16: { array: Uint16Array, encode: toFloat16Bits, decode: fromFloat16Bits },
  bfloat16: { array: Uint16Array, encode: toBfloat16Bits, decode: fromBfloat16Bits },
  int32: { array: Int32Array, encode: truncate(-(2 ** 31), 2 ** 31 - 1), decode: asIs },
  int8: { array: Int8Array, encode: truncate(-128, 127), decode: asIs },
  uint8: { array: Uint8Array, encode: truncate(0, 255), decode: asIs },
  bool: { array: Uint8Array, encode: (value) => (value === 0 ? 0 : 1), decode: asIs },
};

/** Refuses what is no dtype. */
export function checkDType(who: string, dtype: unknown): asserts dtype is DType {
  if (typeof dtype === "string" && Object.hasOwn(storage, dtype)) return;
  throw new DTypeError(`${who}: dtype must be one of ${Object.keys(storage).join(", ")}, got ${String(dtype)}.`);
}

/** Refuses a number that an int or bool dtype would have to change; floats take any and round it. */
export function checkHolds(who: string, dtype: DType, value: number, place = ""): void {
  if (isFloat(dtype) || storage[dtype].encode(value) === value) return;
  throw new DTypeError(`${who}: ${dtype} cannot hold ${value}${place}. Round it, or choose another dtype.`);
}

/** A zeroed typed array for `size` elements; refusal by the platform becomes a ShapeError that says how much was asked for. */
export function allocate(who: string, dtype: DType, size: number): TensorData {
  try {
    return new storage[dtype].array(size);
  } catch {
    throw new ShapeError(
      `${who}: this platform cannot allocate ${size} elements of ${dtype}. Split the work into parts.`,
    );
  }
}

/** Whether the dtype holds fractions. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16";
}

/** The dtype of a result that has fractions: a float dtype stays, int32, int8, uint8 and bool become float32. */
export function floatDType(dtype: DType): DType {
  return isFloat(dtype) ? dtype : "float32";
}

/** The dtype of a result made of two: equal ones stay (bool, int8 and uint8 count as int32), floats win over ints, mixed floats give the wider,
 *  float16 with bfloat16 gives float32. */
export function promote(a: DType, b: DType): DType {
  if (a === b && isFloat(a)) return a;
  if (!isFloat(a) && !isFloat(b)) return "int32";
  if (!isFloat(a)) return b;
  if (!isFloat(b)) return a;
  return a === "float64" || b === "float64" ? "float64" : "float32";
}
