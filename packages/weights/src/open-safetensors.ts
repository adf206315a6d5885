import { toByteSource } from "./byte-source.ts";
import type { ByteInput, ByteSource, OpenOptions } from "./byte-source.ts";
import { decode } from "./decode.ts";
import { kindBytes, wrongKind } from "./file-kind.ts";
import { maxHeaderBytes } from "./limits.ts";
import { parseSafetensorsHeader } from "./safetensors-header.ts";
import { storedDTypes } from "./stored-dtype.ts";
import { WeightFileError, damaged } from "./weight-file-error.ts";
import { createWeightFile } from "./weight-file.ts";
import type { WeightEntry, WeightFile } from "./weight-file.ts";

/** Bytes before the header: its length, little-endian. */
const lengthBytes = 8;
/** What a header begins with. */
const openingBrace = 0x7b;

/** Opens a safetensors file: reads and checks its header only. Each weight is read when it is asked for.
 *  @throws {WeightFileError} when the file breaks the format anywhere
 *  @see https://github.com/huggingface/safetensors#format */
export async function openSafetensors(input: ByteInput, options: OpenOptions = {}): Promise<WeightFile> {
  const source = toByteSource(input, "safetensors", options);
  const file = source.name;
  const bodyStart = lengthBytes + (await readHeaderLength(source));
  const headerBytes = await source.read(lengthBytes, bodyStart - lengthBytes);
  const header = parseSafetensorsHeader(file, headerBytes, source.size - bodyStart);

  const entries = new Map<string, WeightEntry>();
  const unreadable = new Map<string, string>();
  for (const { name, dtype, dtypeName, shape, begin, end } of header.entries) {
    if (dtype === null) unreadable.set(name, dtypeName);
    else {
      entries.set(name, {
        shape,
        dtype,
        tensorDType: storedDTypes[dtype].dtype,
        bytes: end - begin,
        read: async () => decode(file, name, await source.read(bodyStart + begin, end - begin), dtype, shape),
      });
    }
  }
  return createWeightFile(file, entries, header.metadata, unreadable);
}

async function readHeaderLength(source: ByteSource): Promise<number> {
  const { name: file, size } = source;
  if (!(size >= lengthBytes)) {
    const expected = `at least ${lengthBytes} bytes of safetensors`;
    throw new WeightFileError({ file, expected, got: `${size}`, remedy: damaged });
  }
  const bytes = await source.read(0, lengthBytes);
  const length = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes).getBigUint64(0, true);
  const most = Math.min(size - lengthBytes, maxHeaderBytes);
  if (length <= most) return Number(length);
  const expected = `a safetensors header of at most ${most} bytes`;
  const rest = await source.read(lengthBytes, Math.min(size, kindBytes) - lengthBytes);
  if (rest[0] === openingBrace) throw new WeightFileError({ file, expected, got: `${length}`, remedy: damaged });
  throw wrongKind(file, expected, Uint8Array.of(...bytes, ...rest), { otherwise: `${length}` });
}
