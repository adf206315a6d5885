import { sizeOf, tensor, type Tensor } from "@fovea/tensor";
import { UserError } from "@fovea/command-line";

/** Bytes of a number in the file and how one is read; the format's int8 and int16 weights are not used by this model. */
const floatBytes = 4;
const mostDimensions = 8;

/** Reads a CTranslate2 `model.bin` of format version 2: `u32 version, string specification, u32 revision, u32 count`, then per variable
 *  `string name, u8 rank, u32[rank] shape, u8 item size, u32 items, bytes`. A string is a u16 length, its bytes and a NUL. Little-endian.
 *  @returns every float32 variable by its name
 *  @throws {UserError} when the file is cut short or not of this format */
export function readCt2Model(bytes: Uint8Array): ReadonlyMap<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  const take = (count: number): number => {
    const start = offset;
    if (count > bytes.length - start) {
      throw new UserError(
        `The model file is cut short: expected ${count} bytes at ${start}, got ${bytes.length - start}.`,
      );
    }
    offset += count;
    return start;
  };
  const u8 = (): number => view.getUint8(take(1));
  const u32 = (): number => view.getUint32(take(4), true);
  const text = (): string => {
    const length = view.getUint16(take(2), true);
    return new TextDecoder().decode(bytes.subarray(take(length), offset - 1));
  };

  const version = u32();
  if (version !== 2) {
    throw new UserError(`The model file is not of CTranslate2's format version 2, got ${version}. Convert it again.`);
  }
  text(); // specification, e.g. "TransformerBase"
  u32(); // revision
  const count = u32();
  const variables = new Map<string, Tensor>();
  for (let variable = 0; variable < count; variable++) {
    const name = text();
    const rank = u8();
    if (rank > mostDimensions) throw new UserError(`The model file is damaged: ${name} has ${rank} dimensions.`);
    const shape = Array.from({ length: rank }, u32);
    const itemBytes = u8();
    const items = u32();
    const start = take(items * itemBytes);
    const product = sizeOf(shape);
    // a length of 0 would hide absurd ones beside it
    if (product !== items || Math.max(1, ...shape) > Math.max(1, items)) {
      throw new UserError(`The model file is damaged: ${name} has shape [${shape.join(", ")}] and ${items} numbers.`);
    }
    if (itemBytes === floatBytes && rank > 0) {
      const numbers = new Float32Array(items);
      new Uint8Array(numbers.buffer).set(bytes.subarray(start, offset));
      variables.set(name, tensor(numbers, { shape }));
    }
  }
  return variables;
}
