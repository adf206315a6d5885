import type { Tensor, TensorData } from "@fovea/tensor";
import { decode, refuseNumber, wrap } from "../decode.ts";
import { storedDTypes } from "../stored-dtype.ts";
import type { StoredDType } from "../stored-dtype.ts";
import { storedShape } from "../stored-shape.ts";
import { WeightFileError, damaged, quote } from "../weight-file-error.ts";
import type { WeightEntry } from "../weight-file.ts";
import { bytes, doubles, floats, int, ints, readMessage, text } from "./message.ts";
import type { Field } from "./message.ts";

/** Fields of TensorProto that hold numbers, when `raw_data` does not. */
const floatData = 4;
const int32Data = 5;
const int64Data = 7;
const doubleData = 10;
const uint64Data = 11;

/** TensorProto.DataType → how it is stored, and the field for numbers of this type. */
const dataTypes: ReadonlyMap<number, { readonly dtype: StoredDType; readonly field: number }> = new Map([
  [1, { dtype: "float32", field: floatData }],
  [2, { dtype: "uint8", field: int32Data }],
  [3, { dtype: "int8", field: int32Data }],
  [4, { dtype: "uint16", field: int32Data }],
  [5, { dtype: "int16", field: int32Data }],
  [6, { dtype: "int32", field: int32Data }],
  [7, { dtype: "int64", field: int64Data }],
  [9, { dtype: "bool", field: int32Data }],
  [10, { dtype: "float16", field: int32Data }],
  [11, { dtype: "float64", field: doubleData }],
  [12, { dtype: "uint32", field: uint64Data }],
  [13, { dtype: "uint64", field: uint64Data }],
  [16, { dtype: "bfloat16", field: int32Data }],
]);

/** Least and most of the integers; float16 and bfloat16 are kept as their bits. */
const ranges: Readonly<Partial<Record<StoredDType, readonly [least: number, most: number]>>> = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  uint8: [0, 255],
  uint16: [0, 65535],
  float16: [0, 65535],
  bfloat16: [0, 65535],
  bool: [0, 1],
  uint32: [0, 2 ** 31 - 1],
  uint64: [0, 2 ** 31 - 1],
};

/** Why a tensor of the file cannot be read. */
export interface Unreadable {
  readonly unreadable: string;
}

/** The tensor of a TensorProto, its numbers still where they lie.
 *  @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 *  @throws {WeightFileError} when there are more or fewer numbers than its shape needs */
export function readTensorProto(file: string, name: string, proto: Uint8Array): WeightEntry | Unreadable {
  const dims: number[] = [];
  const counts: Record<number, number> = {};
  const count = (field: number) => () => void (counts[field] = (counts[field] ?? 0) + 1);
  let dataType = 0;
  let raw: Uint8Array = new Uint8Array(0);
  let location: string | null = null;
  let external = false;
  let segmented = false;
  readMessage(proto, {
    // More axes than any tensor has are counted as one too many: a list of millions is not kept.
    1: ints((size) => void (dims.length <= 64 && dims.push(Number(size)))),
    2: int((value) => (dataType = Number(value))),
    3: bytes(() => (segmented = true)),
    [floatData]: floats(count(floatData)),
    [int32Data]: ints(count(int32Data)),
    [int64Data]: ints(count(int64Data)),
    9: bytes((value) => (raw = value)),
    [doubleData]: doubles(count(doubleData)),
    [uint64Data]: ints(count(uint64Data)),
    13: bytes((value) => (location ??= externalLocation(value))),
    14: int((value) => (external = value === 1n)),
  });
  if (external) return { unreadable: `numbers in another file, ${quote(location ?? "")}: save the model as one file` };
  if (segmented) return { unreadable: "a segment of a tensor" };
  const type = dataTypes.get(dataType);
  if (type === undefined) return { unreadable: otherTypes.get(dataType) ?? `data type ${dataType}` };

  const { dtype, field } = type;
  const { shape, size } = storedShape(file, name, dims);
  const needed = size * storedDTypes[dtype].bytes;
  const isRaw = raw.length > 0;
  const numbers = isRaw ? raw.length / storedDTypes[dtype].bytes : (counts[field] ?? 0);
  if (numbers !== size) {
    const expected = `${quote(name)} to have ${size} numbers for ${dtype} ${quote(dims)}`;
    throw new WeightFileError({ file, expected, got: `${numbers}`, remedy: damaged });
  }
  if (!fitsInt32(proto, raw, dtype, field)) return { unreadable: `${dtype} beyond 32 bits` };
  const read = async (): Promise<Tensor> =>
    isRaw ? decode(file, name, raw, dtype, shape) : readField(file, name, proto, dtype, field, shape, size);
  return { shape, dtype, tensorDType: storedDTypes[dtype].dtype, bytes: needed, read };
}

/** TensorProto.DataType of what is no tensor here (onnx.proto of 1.20). */
const otherTypes: ReadonlyMap<number, string> = new Map([
  [8, "texts"],
  [14, "complex64"],
  [15, "complex128"],
  [17, "float8e4m3fn"],
  [18, "float8e4m3fnuz"],
  [19, "float8e5m2"],
  [20, "float8e5m2fnuz"],
  [21, "uint4"],
  [22, "int4"],
  [23, "float4e2m1"],
  [24, "float8e8m0"],
  [25, "uint2"],
  [26, "int2"],
]);

/** Whether integers of 64 bits, as ends of slices that mean "to the last", are within what tensors hold; the others are read as they are asked for. */
function fitsInt32(proto: Uint8Array, raw: Uint8Array, dtype: StoredDType, field: number): boolean {
  if (dtype !== "int64" && dtype !== "uint64" && dtype !== "uint32") return true;
  let fits = true;
  const check = (value: bigint): void => {
    fits &&= BigInt.asIntN(32, value) === value && (dtype === "int64" || value >= 0n);
  };
  readMessage(proto, { [field]: ints(check) });
  const bytes = storedDTypes[dtype].bytes;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  for (let at = 0; at < raw.length; at += bytes) {
    check(bytes === 4 ? BigInt(view.getUint32(at, true)) : view.getBigInt64(at, true));
  }
  return fits;
}

/** `location` among the entries of external_data. */
function externalLocation(entry: Uint8Array): string | null {
  let key = "";
  let value = "";
  readMessage(entry, { 1: text((read) => (key = read)), 2: text((read) => (value = read)) });
  return key === "location" ? value : null;
}

/** Numbers out of one of the typed fields: their number is known, so nothing grows. */
function readField(
  file: string,
  name: string,
  proto: Uint8Array,
  dtype: StoredDType,
  field: number,
  shape: readonly number[],
  size: number,
): Tensor {
  const tensorDType = storedDTypes[dtype].dtype;
  const data = arrays[tensorDType](size);
  let element = 0;
  const [least, most] = ranges[dtype] ?? [-(2 ** 31), 2 ** 31 - 1];
  const takeInt = (value: bigint): void => {
    if (value < least || value > most) refuseNumber(file, name, tensorDType, element, value);
    data[element++] = Number(value);
  };
  const takeFloat = (value: number): void => void (data[element++] = value);
  const readers: Record<number, Field> = {
    [floatData]: floats(takeFloat),
    [doubleData]: doubles(takeFloat),
    [int32Data]: ints(takeInt),
    [int64Data]: ints(takeInt),
    [uint64Data]: ints(takeInt),
  };
  readMessage(proto, { [field]: readers[field]! });
  return wrap(tensorDType, data, shape);
}

const arrays: Readonly<Record<Tensor["dtype"], (size: number) => TensorData>> = {
  float64: (size) => new Float64Array(size),
  float32: (size) => new Float32Array(size),
  float16: (size) => new Uint16Array(size),
  bfloat16: (size) => new Uint16Array(size),
  int32: (size) => new Int32Array(size),
  int8: (size) => new Int8Array(size),
  uint8: (size) => new Uint8Array(size),
  bool: (size) => new Uint8Array(size),
};
