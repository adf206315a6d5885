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
const types: Readonly<Record<number, StoredDType>> = {
  0: "float32",
  1: "float16",
  2: "int32",
  3: "uint8",
  4: "int64",
  6: "bool",
  7: "int16",
  9: "int8",
  10: "float64",
  12: "uint64",
  15: "uint32",
  16: "uint16",
  18: "bfloat16",
};

const otherTypes: Readonly<Record<number, string>> = { 5: "texts", 8: "complex64", 11: "complex128", 17: "int4" };

/** What scales may belong to. */
const quantizable: readonly StoredDType[] = ["int8", "uint8", "int16", "int32"];

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
  if (!Object.hasOwn(types, type)) return { unreadable: otherTypes[type] ?? `tensor type ${type}` };

  const dtype = types[type];
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
  const stored = (): Tensor => decode(file, name, buffer.bytes().subarray(start, start + length), dtype, shape);
  const about = { shape, dtype, bytes: needed };
  if (quantization === null) return { ...about, tensorDType: storedDTypes[dtype].dtype, read: async () => stored() };
  const read = async (): Promise<Tensor> => wrap("float32", dequantize(stored().data, shape, quantization()), shape);
  return { ...about, tensorDType: "float32", read };
}
