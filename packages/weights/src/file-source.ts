import type { ByteSource } from "./byte-source.ts";
import { WeightFileError, quote } from "./weight-file-error.ts";

/** What is used of Node's FileHandle. */
export interface ReadableHandle {
  stat(): Promise<{ isFile(): boolean; readonly size: number; readonly mtimeMs: number }>;
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
}

/** Most bytes that one read of the operating system may give: Node refuses 2 GiB. */
const maxRead = 2 ** 30;

/** A file on disk, read in parts. A path is opened for each part, so there is nothing to close; a handle stays the caller's.
 *  @throws {WeightFileError} when it cannot be opened, is no file, or changes between two reads */
export async function fileSource(file: string | ReadableHandle): Promise<ByteSource> {
  const name = typeof file === "string" ? file : "file handle";
  const { size, mtimeMs } = await withHandle(name, file, checkedStat.bind(null, name));
  return {
    name,
    size,
    read: (offset, length) =>
      withHandle(name, file, async (handle) => {
        const now = await checkedStat(name, handle);
        if (now.size === size && now.mtimeMs === mtimeMs) return readFully(handle, offset, length);
        const got = `${now.size} bytes, written since`;
        throw new WeightFileError({ file: name, expected: `${size} bytes as opened`, got, remedy: "Open it again." });
      }),
  };
}

async function withHandle<T>(
  name: string,
  file: string | ReadableHandle,
  use: (handle: ReadableHandle) => Promise<T>,
): Promise<T> {
  if (typeof file !== "string") return use(file);
  const { open } = await import("node:fs/promises");
  const handle = await open(file).catch((cause: NodeJS.ErrnoException) => {
    const got = cause.code ?? quote(cause.message);
    const remedy = "Check the path and its permissions.";
    throw new WeightFileError({ file: name, expected: "a file that can be read", got, remedy }, { cause });
  });
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

async function checkedStat(name: string, handle: ReadableHandle): ReturnType<ReadableHandle["stat"]> {
  const stat = await handle.stat();
  if (stat.isFile()) return stat;
  const remedy = "Name the file itself.";
  throw new WeightFileError({ file: name, expected: "a file", got: "a folder or a device", remedy });
}

/** Fewer bytes than asked for when the file ends before. */
async function readFully(handle: ReadableHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, Math.min(length - filled, maxRead), offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
