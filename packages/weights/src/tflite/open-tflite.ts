import { ByteBuffer } from "flatbuffers";
import { toByteSource } from "../byte-source.ts";
import type { ByteInput, OpenOptions } from "../byte-source.ts";
import { wrongKind } from "../file-kind.ts";
import { maxEntries } from "../limits.ts";
import { WeightFileError, damaged, quote } from "../weight-file-error.ts";
import { createWeightFile } from "../weight-file.ts";
import type { WeightEntry, WeightFile } from "../weight-file.ts";
import { DataOfBuffers } from "./data-of-buffers.ts";
import { FlatTable } from "./flat-table.ts";
import type { FlatFile, FlatVector } from "./flat-table.ts";
import { readTensor } from "./read-tensor.ts";
import { slots } from "./slots.ts";

/** Offsets of a flatbuffer have 31 bits. */
const maxModelBytes = 2 ** 31 - 1;
const identifier = "TFL3";

/** Opens a TensorFlow Lite model: the constant tensors of its first subgraph, the main one, are its weights. Quantized ones become what they
 *  stand for, float32; where a name is left out or taken, the tensor's number is added: `bias#12`. The file is read whole, its numbers stay where
 *  they lie until they are asked for.
 *  @throws {WeightFileError} when the file is no TensorFlow Lite model, or damaged */
export async function openTflite(input: ByteInput, options: OpenOptions = {}): Promise<WeightFile> {
  const source = toByteSource(input, "tflite", options);
  const file = source.name;
  const expected = `a TensorFlow Lite model (${identifier})`;
  if (source.size > maxModelBytes) {
    const remedy = "Models whose weights lie behind the flatbuffer are not read: convert it to safetensors.";
    throw new WeightFileError({
      file,
      expected: `${expected} of at most ${maxModelBytes} bytes`,
      got: `${source.size}`,
      remedy,
    });
  }
  const buffer = new ByteBuffer(await source.read(0, source.size));
  if (source.size < 8 || !buffer.__has_identifier(identifier)) {
    throw wrongKind(file, expected, buffer.bytes());
  }
  return readModel({ file, buffer });
}

function readModel(flat: FlatFile): WeightFile {
  const { file, buffer } = flat;
  const model = FlatTable.root(flat);
  const subgraphs = model.tables(slots.model.subgraphs);
  const refuse = (expected: string, got: string): WeightFileError =>
    new WeightFileError({ file, expected, got, remedy: damaged });
  if (subgraphs.length === 0) throw refuse("a model with a subgraph", "none");
  const tensors = subgraphs.at(0).tables(slots.subgraph.tensors);
  if (tensors.length > maxEntries) throw refuse(`at most ${maxEntries} tensors`, `${tensors.length}`);

  const buffers = new DataOfBuffers(flat, model);
  const weights = new Map<string, WeightEntry>();
  const unreadable = new Map<string, string>();
  // Tensors could all point at one long name, which would take far more room than the file.
  let nameRoom = buffer.capacity();
  const decode = ({ start, length }: FlatVector): string => {
    nameRoom -= length;
    if (nameRoom < 0) throw refuse("names that are shorter than the file", "longer ones");
    return utf8.decode(buffer.bytes().subarray(start, start + length));
  };
  const places = new Set<number>();
  for (let index = 0; index < tensors.length; index++) {
    const tensor = tensors.at(index);
    if (places.size === places.add(tensor.position).size) {
      throw refuse("every tensor in a place of its own", `two at byte ${tensor.position}`);
    }
    const data = buffers.at(tensor.uint32(slots.tensor.buffer));
    // what has no data is computed when the model runs
    if (data === null) continue;
    const isTaken = (name: string): boolean => name === "" || weights.has(name) || unreadable.has(name);
    const written = decode(tensor.vector(slots.tensor.name, 1));
    // to the format, names are remarks: tensors go by their number
    const name = isTaken(written) ? `${written}#${index}` : written;
    if (isTaken(name)) throw refuse("a name of its own for every constant tensor", quote(name));
    if (data === "appended") {
      unreadable.set(name, "numbers behind the flatbuffer");
      continue;
    }
    const found = readTensor(flat, name, tensor, data);
    if ("unreadable" in found) unreadable.set(name, found.unreadable);
    else weights.set(name, found);
  }
  buffers.checkApart();
  const description = decode(model.vector(slots.model.description, 1));
  return createWeightFile(file, weights, new Map(description === "" ? [] : [["description", description]]), unreadable);
}

const utf8 = new TextDecoder();
