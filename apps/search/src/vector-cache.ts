import { createHash } from "node:crypto";
import { isMissing, readWhole, reasonOf, writeWhole } from "@fovea/command-line";

/** Vectors by the hash of their passage's text, so that changing one passage keeps all the others. */
export type Vectors = Map<string, Float32Array>;

/** First line of the file, as JSON. Then, for each of `count` vectors: 32 bytes of SHA-256 of the text, and its numbers as little-endian float32. */
interface Header {
  readonly format: "fovea-search-vectors";
  readonly version: 1;
  /** Hash of the model files. */
  readonly model: string;
  readonly dimensions: number;
  readonly count: number;
  /** SHA-256 of all that follows the first line. */
  readonly checksum: string;
}

/** Vectors of half a million passages. */
const mostBytes = 2 ** 30;

export function passageKey(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Reads saved vectors. A file that is damaged, or from another model or version, gives no vectors and one sentence that says why; it is never an error. */
export async function readVectors(
  path: string,
  model: string,
  dimensions: number,
): Promise<{ vectors: Vectors; complaint: string | null }> {
  const refuse = (why: string): { vectors: Vectors; complaint: string } => ({
    vectors: new Map(),
    complaint: `The saved vectors in ${path} ${why}, so they are made again.`,
  });
  let bytes: Uint8Array;
  try {
    // the folder may be one that others write into: no link is followed, no pipe or device read
    bytes = await readWhole(path, { mostBytes, refuseLink: true });
  } catch (error) {
    if (isMissing(error)) return { vectors: new Map(), complaint: null };
    return { vectors: new Map(), complaint: `${reasonOf(error)} Vectors are made again.` };
  }
  const lineEnd = bytes.indexOf(10);
  const header = parseHeader(bytes.subarray(0, Math.max(lineEnd, 0)));
  if (header === null) return refuse("are damaged (no header)");
  if (header.version !== 1) return refuse("are in another format");
  if (header.model !== model || header.dimensions !== dimensions) return refuse("belong to another model");
  const body = bytes.subarray(lineEnd + 1);
  if (body.length !== header.count * (32 + 4 * dimensions)) return refuse("are damaged (cut short)");
  if (checksum(body) !== header.checksum) return refuse("are damaged (the checksum differs)");
  return { vectors: unpack(body, dimensions), complaint: null };
}

/** Saves vectors all or nothing.
 *  @throws {UserError} when they cannot be */
export async function writeVectors(path: string, model: string, dimensions: number, vectors: Vectors): Promise<void> {
  const body = pack(vectors, dimensions);
  const header: Header = {
    format: "fovea-search-vectors",
    version: 1,
    model,
    dimensions,
    count: vectors.size,
    checksum: checksum(body),
  };
  await writeWhole(path, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]));
}

function parseHeader(line: Uint8Array): Header | null {
  try {
    const header: Header = JSON.parse(new TextDecoder().decode(line));
    return header.format === "fovea-search-vectors" ? header : null;
  } catch {
    return null;
  }
}

function pack(vectors: Vectors, dimensions: number): Uint8Array {
  const record = 32 + 4 * dimensions;
  const body = Buffer.alloc(vectors.size * record);
  let offset = 0;
  for (const [key, vector] of vectors) {
    body.write(key, offset, "hex");
    vector.forEach((value, index) => body.writeFloatLE(value, offset + 32 + 4 * index));
    offset += record;
  }
  return body;
}

function unpack(body: Uint8Array, dimensions: number): Vectors {
  const record = 32 + 4 * dimensions;
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.length);
  const vectors: Vectors = new Map();
  for (let offset = 0; offset < body.length; offset += record) {
    const numbers = Float32Array.from({ length: dimensions }, (_, index) =>
      buffer.readFloatLE(offset + 32 + 4 * index),
    );
    vectors.set(buffer.toString("hex", offset, offset + 32), numbers);
  }
  return vectors;
}

function checksum(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}
