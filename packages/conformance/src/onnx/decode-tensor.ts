import { tensor } from "@fovea/tensor";
import type { DType, Tensor } from "@fovea/tensor";
import { CaseError } from "./case-error.ts";

interface Element {
  readonly name: string;
  readonly bytes: number;
  /** What holds it here: 64-bit and unsigned ints become float64, which is exact up to 2^53. */
  readonly dtype: DType;
  readonly read: (view: DataView, at: number) => number;
}

/** ONNX's element types that hold real numbers, by their number in TensorProto.DataType. */
const elements: Readonly<Record<number, Element>> = {
  1: { name: "float32", bytes: 4, dtype: "float32", read: (view, at) => view.getFloat32(at, true) },
  2: { name: "uint8", bytes: 1, dtype: "uint8", read: (view, at) => view.getUint8(at) },
  3: { name: "int8", bytes: 1, dtype: "int32", read: (view, at) => view.getInt8(at) },
  4: { name: "uint16", bytes: 2, dtype: "int32", read: (view, at) => view.getUint16(at, true) },
  5: { name: "int16", bytes: 2, dtype: "int32", read: (view, at) => view.getInt16(at, true) },
  6: { name: "int32", bytes: 4, dtype: "int32", read: (view, at) => view.getInt32(at, true) },
  7: { name: "int64", bytes: 8, dtype: "float64", read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { name: "bool", bytes: 1, dtype: "bool", read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  10: { name: "float16", bytes: 2, dtype: "float16", read: (view, at) => view.getUint16(at, true) },
  11: { name: "float64", bytes: 8, dtype: "float64", read: (view, at) => view.getFloat64(at, true) },
  12: { name: "uint32", bytes: 4, dtype: "float64", read: (view, at) => view.getUint32(at, true) },
  13: { name: "uint64", bytes: 8, dtype: "float64", read: (view, at) => Number(view.getBigUint64(at, true)) },
  16: { name: "bfloat16", bytes: 2, dtype: "bfloat16", read: (view, at) => view.getUint16(at, true) },
};

const intTypes: readonly number[] = [2, 3, 4, 5, 6, 7, 12, 13];

/** What a program makes of an element type. */
export function kindOf(type: number): "float" | "int" | "bool" {
  if (type === 9) return "bool";
  return intTypes.includes(type) ? "int" : "float";
}

/** A tensor of a case: 16-bit floats keep their bits, 64-bit ints become float64.
 *  @throws {CaseError} when the description is no tensor of numbers, or its data does not fill its shape */
export function decodeTensor(name: string, given: unknown): Tensor {
  const { dims, type, raw, data } = asRecord(`tensor ${name}`, given);
  if (!Array.isArray(dims) || !dims.every((length) => Number.isInteger(length) && length >= 0)) {
    throw new CaseError(`tensor ${name}: expected dims to be a list of lengths, got ${JSON.stringify(dims)}.`);
  }
  const element = typeof type === "number" ? elements[type] : undefined;
  if (element === undefined) {
    throw new CaseError(`tensor ${name}: element type ${JSON.stringify(type)} is not one of ${describeTypes()}.`);
  }
  const count = dims.reduce((product: number, length: number) => product * length, 1);
  const values = raw === undefined ? readList(name, data, count) : readRaw(name, raw, element, count);
  const isBits = element.bytes === 2 && raw !== undefined && element.dtype !== "int32";
  if (!isBits) return tensor(values, { dtype: element.dtype, shape: dims });
  const held = tensor(new Float32Array(count), { dtype: element.dtype, shape: dims });
  held.data.set(values);
  return held;
}

/** An object, for reading what came from a file.
 *  @throws {CaseError} when it is none */
export function asRecord(name: string, given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) {
    return given as Readonly<Record<string, unknown>>;
  }
  throw new CaseError(`${name}: expected an object, got ${given === undefined ? "nothing" : JSON.stringify(given)}.`);
}

function readRaw(name: string, raw: unknown, element: Element, count: number): Float64Array {
  if (typeof raw !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(raw)) {
    throw new CaseError(`tensor ${name}: expected raw to be base64 text.`);
  }
  const text = atob(raw.padEnd(Math.ceil(raw.length / 4) * 4, "="));
  if (text.length !== count * element.bytes) {
    throw new CaseError(
      `tensor ${name}: expected ${count * element.bytes} bytes for ${count} numbers of ${element.name}, got ${text.length}.`,
    );
  }
  const view = new DataView(Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer);
  return Float64Array.from({ length: count }, (_, i) => element.read(view, i * element.bytes));
}

function readList(name: string, data: unknown, count: number): Float64Array {
  if (!Array.isArray(data) || data.length !== count) {
    const got = Array.isArray(data) ? `${data.length} numbers` : "neither raw nor data";
    throw new CaseError(`tensor ${name}: expected ${count} numbers, got ${got}.`);
  }
  const special = ["NaN", "Infinity", "-Infinity"];
  return Float64Array.from(data, (item: unknown) => {
    if (typeof item === "number" || typeof item === "boolean" || special.includes(item as string)) return Number(item);
    throw new CaseError(`tensor ${name}: expected numbers, got ${JSON.stringify(item)}.`);
  });
}

const describeTypes = (): string =>
  Object.entries(elements)
    .map(([type, { name }]) => `${type} (${name})`)
    .join(", ");
