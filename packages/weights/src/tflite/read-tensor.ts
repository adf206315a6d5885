import type { Tensor } from "@fovea/tensor";
import { decode, wrap } from "../decode.ts";
import { storedDTypes } from "../stored-dtype.ts";
import type { StoredDType } from "../stored-dtype.ts";
import { storedShape } from "../stored-shape.ts";
import { WeightFileError, damaged, quote } from "../weight-file-error.ts";
import type { WeightEntry } from "../weight-file.ts";
import { dequantize } from "./dequantize.ts";
import type { FlatFile, FlatTable, FlatVector } from "./flat-table.ts";
import { readQuantization } from "./read-quantization.ts";
import { slots } from "./slots.ts";

/** Why a tensor of the file cannot be read. */
interface Unreadable {
  readonly unreadable: string;
}

/** TensorType → how it is stored. */
const types: ReadonlyMap<number, StoredDType> = new Map([
  [0, "float32"],
  [1, "float16"],
  [2, "int32"],
  [3, "uint8"],
  [4, "int64"],
  [6, "bool"],
  [7, "int16"],
  [9, "int8"],
  [10, "float64"],
  [12, "uint64"],
  [15, "uint32"],
  [16, "uint16"],
  [18, "bfloat16"],
]);

const otherTypes: ReadonlyMap<number, string> = new Map([
  [5, "texts"],
  [8, "complex64"],
  [11, "complex128"],
  [17, "int4"],
]);

/** What scales may belong to. */
const quantizable: readonly StoredDType[] = ["int8", "uint8", "int16", "int32", "int64"];

/** A constant tensor, its numbers still where they lie.
 *  @param data its bytes
 *  @throws {WeightFileError} when there are more or fewer bytes than its shape needs */
export function readTensor(
  flat: FlatFile,
  name: string,
  table: FlatTable,
  { start, length }: FlatVector,
): WeightEntry | Unreadable {
  const { file, buffer } = flat;
  const type = table.int8(slots.tensor.type);
  if (table.has(slots.tensor.sparsity)) return { unreadable: "a sparse tensor" };
  const dtype = types.get(type);
  if (dtype === undefined) return { unreadable: otherTypes.get(type) ?? `tensor type ${type}` };

  const dims = table.vector(slots.tensor.shape, 4);
  // More axes than any tensor has are counted as some too many: a list of millions is not kept.
  const axes = Array.from({ length: Math.min(dims.length, 64) }, (_, axis) => buffer.readInt32(dims.start + 4 * axis));
  const { shape, size } = storedShape(file, name, axes);
  const needed = size * storedDTypes[dtype].bytes;
  if (length !== needed) {
    const expected = `${quote(name)} to have ${needed} bytes for ${dtype} ${quote(shape)}`;
    throw new WeightFileError({ file, expected, got: `${length}`, remedy: damaged });
  }

  const details = table.table(slots.tensor.quantization);
  if (details?.has(slots.quantization.details)) return { unreadable: "a tensor quantized in a way of its own" };
  const quantization = readQuantization(flat, name, details, shape);
  if (quantization !== null && !quantizable.includes(dtype)) return { unreadable: `${dtype} with a scale` };
  const bytes = (): Uint8Array => buffer.bytes().subarray(start, start + length);
  const about = { shape, dtype, bytes: needed };
  if (quantization === null)
    return {
      ...about,
      tensorDType: storedDTypes[dtype].dtype,
      read: async () => decode(file, name, bytes(), dtype, shape),
    };
  const stored = (): ArrayLike<number> =>
    dtype === "int64" ? numbers64(bytes()) : decode(file, name, bytes(), dtype, shape).data;
  const read = async (): Promise<Tensor> => wrap("float32", dequantize(stored(), shape, quantization()), shape);
  return { ...about, tensorDType: "float32", read };
}

/** Biases of 16 × 8 quantization are sums of 64 bits, which their scale makes floats of: exact to 2⁵³, far beyond what float32 keeps. */
function numbers64(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / 8 }, (_, element) => Number(view.getBigInt64(8 * element, true)));
}
