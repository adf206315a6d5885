import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { sizeOf, tensor, type Tensor } from "@fovea/tensor";
import { maskedCrc32c } from "./crc32c.ts";
import { UserError } from "@fovea/command-line";

/** Reads a TensorFlow 2 checkpoint ("bundle"): the index is a LevelDB table of names → protobufs that say where in the data file a variable lies.
 *
 *  ```
 *  index   block, …, block of blocks, footer (48 bytes: two block handles, padding, magic)
 *  block   entries (shared, own, value lengths; rest of the key; value), restarts u32[count], count u32; then type u8, check sum u32
 *  ```
 *
 *  Every length is held against what there is before anything is made of it; blocks and variables must match their check sums.
 *  @returns the float32 variables by name
 *  @throws {UserError} when a file is damaged, compressed or of another kind
 *  @see https://github.com/google/leveldb/blob/main/doc/table_format.md
 *  @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto */
export function readCheckpoint(file: string, index: Uint8Array, data: Uint8Array): ReadonlyMap<string, Tensor> {
  const damaged = (what: string): UserError => new UserError(`${file} is damaged: ${what}. Get it again.`);
  const footer = index.subarray(Math.max(0, index.length - footerBytes));
  if (footer.length < footerBytes || !Buffer.from(footer.subarray(-8)).equals(magic)) {
    throw damaged("its index does not end as a LevelDB table does");
  }
  const variables = new Map<string, Variable>();
  try {
    const handles = new BinaryReader(footer);
    readHandle(handles); // of what no checkpoint has
    for (const [, handle] of readBlock(index, readHandle(handles))) {
      for (const [name, entry] of readBlock(index, readHandle(new BinaryReader(handle)))) {
        if (name === "") continue; // the header
        const found = readVariable(name, entry, data);
        if (found) variables.set(name, found);
      }
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    // what the protobuf reader says about bytes that break off
    throw damaged(error instanceof Error ? error.message : String(error));
  }
  return new Map([...variables].map(([name, { values, shape }]) => [name, tensor(values, { shape })]));

  /** Keys → values of one block. */
  function readBlock(bytes: Uint8Array, { offset, size }: Handle): readonly (readonly [string, Uint8Array])[] {
    if (offset + size + trailerBytes > bytes.length || size < 4)
      throw damaged(`no block of ${size} bytes at ${offset}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, size + trailerBytes);
    if (view.getUint32(size + 1, true) !== maskedCrc32c(bytes.subarray(offset, offset + size + 1))) {
      throw damaged(`the check sum of the block at ${offset} does not match`);
    }
    if (view.getUint8(size) !== 0) throw damaged("its index is compressed");
    const end = size - 4 * (view.getUint32(size - 4, true) + 1);
    if (end < 0) throw damaged(`the block at ${offset} has more restarts than room`);
    const reader = new BinaryReader(bytes.subarray(offset, offset + end));
    const entries: [string, Uint8Array][] = [];
    let key: Uint8Array = new Uint8Array(0);
    while (reader.pos < reader.len) {
      const [shared, own, length] = [reader.uint32(), reader.uint32(), reader.uint32()];
      if (shared > key.length || shared + own > longestName) throw damaged(`a name of ${shared + own} bytes`);
      const start = offset + reader.pos;
      if (own + length > end - reader.pos) throw damaged(`an entry of ${own + length} bytes leaves its block`);
      key = Buffer.concat([key.subarray(0, shared), bytes.subarray(start, start + own)]);
      entries.push([Buffer.from(key).toString("utf8"), bytes.subarray(start + own, start + own + length)]);
      reader.pos += own + length;
    }
    return entries;
  }

  /** @returns null for numbers of another type, as of the optimizer's steps */
  function readVariable(name: string, entry: Uint8Array, bytes: Uint8Array): Variable | null {
    const reader = new BinaryReader(entry);
    const fields = { type: 0, offset: 0, size: 0, checkSum: 0, shape: [] as number[] };
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      if (field === 1) fields.type = reader.int32();
      else if (field === 2) fields.shape = readShape(reader.bytes());
      else if (field === 4) fields.offset = Number(reader.int64());
      else if (field === 5) fields.size = Number(reader.int64());
      else if (field === 6) fields.checkSum = reader.fixed32();
      else reader.skip(wire, field);
    }
    const { type, offset, size, checkSum, shape } = fields;
    if (type !== float32Type) return null;
    if (shape.length > mostAxes || shape.some((length) => length < 1)) {
      throw damaged(`${name} has shape [${shape.slice(0, mostAxes).join(", ")}]`);
    }
    if (offset < 0 || size < 0 || offset + size > bytes.length) {
      throw damaged(`${name} lies outside of its data file of ${bytes.length} bytes`);
    }
    if (4 * sizeOf(shape) !== size) {
      throw damaged(`${name} of shape [${shape.join(", ")}] has ${size} bytes`);
    }
    const own = Uint8Array.from(bytes.subarray(offset, offset + size));
    if (maskedCrc32c(own) !== checkSum) throw damaged(`the check sum of ${name} does not match`);
    return { values: new Float32Array(own.buffer), shape };
  }
}

interface Variable {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** TensorFlow's number for float32. */
const float32Type = 1;
const footerBytes = 48;
/** Type and check sum behind a block. */
const trailerBytes = 5;
const longestName = 1024;
const mostAxes = 8;
const magic = Buffer.from("57fb808b247547db", "hex");

function readHandle(reader: BinaryReader): Handle {
  return { offset: Number(reader.uint64()), size: Number(reader.uint64()) };
}

/** TensorShapeProto: field 2 is a dimension, its field 1 the size. */
function readShape(bytes: Uint8Array): number[] {
  const shape: number[] = [];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field !== 2 || wire !== WireType.LengthDelimited) {
      reader.skip(wire, field);
      continue;
    }
    const dimension = new BinaryReader(reader.bytes());
    let size = 0;
    while (dimension.pos < dimension.len) {
      const [part, partWire] = dimension.tag();
      if (part === 1 && partWire === WireType.Varint) size = Number(dimension.int64());
      else dimension.skip(partWire, part);
    }
    shape.push(size);
  }
  return shape;
}
