import { checkDimensions, describeShape, rowMajorStrides } from "./dimensions.ts";
import { DTypeError } from "./dtype-error.ts";
import type { DType, TensorData } from "./dtype.ts";
import { makeTensor } from "./make-tensor.ts";
import { ShapeError } from "./shape-error.ts";
import { storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** Typed arrays of numbers. */
export type NumberArray = TensorData | Int16Array | Uint32Array | Uint8ClampedArray | BigInt64Array | BigUint64Array;

/** What lies in memory as scijs's and stdlib's ndarrays do; row-major when it names no strides. */
export interface NdarrayLike {
  readonly data: NumberArray | readonly number[];
  readonly shape: readonly number[];
  readonly stride?: readonly number[];
  readonly strides?: readonly number[];
  readonly offset?: number;
  readonly dtype?: string;
}

/** What a typed array's numbers become, and whether its memory can serve as it is. */
const kinds: Readonly<Record<string, { dtype: DType; shared: boolean }>> = {
  Float32Array: { dtype: "float32", shared: true },
  Float64Array: { dtype: "float64", shared: true },
  Float16Array: { dtype: "float16", shared: true },
  Int32Array: { dtype: "int32", shared: true },
  Int8Array: { dtype: "int8", shared: true },
  Uint8Array: { dtype: "uint8", shared: true },
  Uint8ClampedArray: { dtype: "uint8", shared: true },
  Int16Array: { dtype: "int32", shared: false },
  Uint32Array: { dtype: "int32", shared: false },
  BigInt64Array: { dtype: "int32", shared: false },
  BigUint64Array: { dtype: "int32", shared: false },
};

/** Whether a value is a typed array. */
export function isNumberArray(value: unknown): value is NumberArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Reads numbers that lie in one array with strides; gives the dtype they ask for, which the caller may still change.
 *  Shares the memory of the typed arrays that a dtype is stored in; reads others into float64.
 *  @param wanted the dtype the caller asked for: says what a Uint16Array's bits mean */
export function fromStrided(source: NdarrayLike, wanted: DType | undefined): { tensor: Tensor; dtype: DType } {
  const { data, shape, offset = 0 } = source;
  const strides = source.strides ?? source.stride ?? rowMajorStrides(shape);
  checkReach(shape, strides, offset, data);
  if (!isNumberArray(data)) {
    const numbers = Float64Array.from(data, checkNumber);
    return { tensor: makeTensor("float64", shape, numbers, strides, offset), dtype: "float32" };
  }
  const { dtype, shared } = kindOf(data, source.dtype, wanted);
  if (!shared) {
    const numbers = Float64Array.from(data as ArrayLike<number>, Number);
    return { tensor: makeTensor("float64", shape, numbers, strides, offset), dtype };
  }
  const { array } = storage[dtype];
  const own = data instanceof array ? data : new array(data.buffer, data.byteOffset, data.length);
  return { tensor: makeTensor(dtype, shape, own, strides, offset), dtype };
}

function kindOf(
  data: NumberArray,
  declared: string | undefined,
  wanted: DType | undefined,
): { dtype: DType; shared: boolean } {
  const tag = data[Symbol.toStringTag];
  if (tag === "Uint16Array") {
    const dtype = [declared, wanted].find((name) => name === "float16" || name === "bfloat16");
    if (dtype === "float16" || dtype === "bfloat16") return { dtype, shared: true };
    throw new DTypeError(
      'tensor: a Uint16Array holds the bits of 16-bit floats. Say which with dtype "float16" or "bfloat16", or pass an Int32Array.',
    );
  }
  if (tag === "Uint8Array" && declared === "bool") return { dtype: "bool", shared: true };
  if (Object.hasOwn(kinds, tag)) return kinds[tag];
  throw new DTypeError(`tensor: expected a typed array of numbers, got ${tag}.`);
}

/** Every index must land inside the data. */
function checkReach(shape: readonly number[], strides: readonly number[], offset: number, data: unknown): void {
  const size = checkDimensions("tensor", shape);
  const length = isNumberArray(data) || Array.isArray(data) ? data.length : undefined;
  if (length === undefined) throw new DTypeError("tensor: an ndarray's data must be an array or a typed array.");
  if (!Array.isArray(strides) || strides.length !== shape.length || ![...strides, offset].every(Number.isInteger)) {
    throw new ShapeError(
      `tensor: strides and offset must be whole numbers, one stride per axis of ${describeShape(shape)}, ` +
        `got ${describeShape([...strides])} and ${offset}.`,
    );
  }
  const ends = strides.map((stride, axis) => stride * (shape[axis] - 1));
  const lowest = offset + ends.reduce((sum, end) => sum + Math.min(end, 0), 0);
  const highest = offset + ends.reduce((sum, end) => sum + Math.max(end, 0), 0);
  if (size > 0 && (lowest < 0 || highest >= length)) {
    throw new ShapeError(
      `tensor: shape ${describeShape(shape)} with strides ${describeShape(strides)} and offset ${offset} reaches from ` +
        `${lowest} to ${highest}, but the data has ${length} elements.`,
    );
  }
}

function checkNumber(value: unknown, position: number): number {
  if (typeof value === "number") return value;
  throw new DTypeError(`tensor: expected a number at position ${position} of the data, got ${typeof value}.`);
}
