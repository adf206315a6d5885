import { WeightFileError, damaged } from "./weight-file-error.ts";

/** Bytes that can be read in parts: a file, a blob, an answer to range requests. */
export interface ByteSource {
  /** What errors call it: a path, a URL. */
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  /** Exactly `length` bytes from `offset` on. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** What is used of a Blob or a File. */
export interface BlobLike {
  readonly name?: string;
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Everything that weights are read from. */
export type ByteInput = Uint8Array | ArrayBuffer | BlobLike | ByteSource;

export interface OpenOptions {
  /** What errors call the file; default: the source's or File's own name, else the format. */
  readonly name?: string;
}

/** One shape for all inputs. Parts of bytes in memory are views, so their tensors share that memory.
 *  @param format what to call an input that has no name */
export function toByteSource(input: ByteInput, format: string, options: OpenOptions = {}): ByteSource {
  if (input instanceof ArrayBuffer) return memorySource(new Uint8Array(input), options.name ?? format);
  if (input instanceof Uint8Array) return memorySource(plain(input), options.name ?? format);
  const name = options.name ?? input.name ?? format;
  if ("read" in input) return checkedSource(name, input.size, (offset, length) => input.read(offset, length));
  return checkedSource(name, input.size, async (offset, length) => {
    return new Uint8Array(await input.slice(offset, offset + length).arrayBuffer());
  });
}

function memorySource(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/** A source may end before the size it promised: a file that was cut meanwhile, a server that does not know ranges. */
function checkedSource(name: string, size: number, read: ByteSource["read"]): ByteSource {
  return {
    name,
    size,
    read: async (offset, length) => {
      const bytes = plain(await read(offset, length));
      if (bytes.length === length) return bytes;
      const expected = `${length} bytes from byte ${offset} on`;
      throw new WeightFileError({ file: name, expected, got: `${bytes.length}`, remedy: damaged });
    },
  };
}

/** Node's Buffer without its own `slice` and `subarray`. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
