import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { reasonOf, UserError } from "@fovea/command-line";
import type { DataFile } from "./data-sets.ts";

export interface FetchOptions {
  /** Ends it; what has come stays and is gone on from. */
  readonly signal: AbortSignal;
  /** Gets how many of the file's bytes are there. */
  readonly onProgress?: (bytes: number) => void;
  /** Longest time without a byte; default 30 s. */
  readonly patienceMilliseconds?: number;
}

/** Fetches a file that is not there yet. Bytes come into `<path>.part`, from where a later call goes on by HTTP's `Range`; the file takes its name when its size
 *  and SHA-256 are found right.
 *  @returns whether it is there: not when the signal ended it
 *  @throws {UserError} when the address cannot be reached or answers something else, or another file has the name */
export async function fetchFile(path: string, file: DataFile, options: FetchOptions): Promise<boolean> {
  const { address, bytes } = file;
  if (await isThere(path, file)) return true;
  if (address === null) throw new UserError(`${file.name} has no address.`);
  const part = `${path}.part`;
  await mkdir(dirname(path), { recursive: true });
  let begun = await sizeOf(part);
  if (begun >= bytes && begun > 0) {
    // whole already, and only its name missing; or something else
    if (begun === bytes && (await sha256Of(part)) === file.sha256) return rename(part, path).then(() => true);
    await rm(part);
    begun = 0;
  }
  if (!(await download(part, begun, address, bytes, options))) return false;
  const came = await sizeOf(part);
  if (came < bytes) {
    throw new UserError(
      `${address} ended after ${came} of ${bytes} bytes. Run the same command again: it goes on from there.`,
    );
  }
  if ((await sha256Of(part)) !== file.sha256) {
    await rm(part);
    throw new UserError(
      `${address} answers another file than the one that was published: its SHA-256 differs, so it was not kept.`,
    );
  }
  await rename(part, path);
  return true;
}

/** Whether the file is there and right.
 *  @throws {UserError} when another file has its name */
export async function isThere(path: string, file: DataFile): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found === null) return false;
  if (found.isFile() && found.size === file.bytes && (await sha256Of(path)) === file.sha256) return true;
  throw new UserError(`${path} is there already, but is not the file that was published. Move it away and try again.`);
}

/** Adds to `part` what it lacks.
 *  @returns whether the answer came to its end */
async function download(
  part: string,
  begun: number,
  address: string,
  bytes: number,
  { signal, onProgress = () => {}, patienceMilliseconds = 30_000 }: FetchOptions,
): Promise<boolean> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), patienceMilliseconds);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), patienceMilliseconds);
  };
  let length = begun;
  try {
    const response = await fetch(address, {
      signal: AbortSignal.any([signal, silence.signal]),
      // compressed, neither lengths nor ranges would be the file's
      headers: { "accept-encoding": "identity", ...(begun > 0 && { range: `bytes=${begun}-` }) },
    });
    length = checkAnswer(response, address, begun, bytes);
    // "a" adds to what is there, "w" begins anew
    const file = await open(part, length > 0 ? "a" : "w");
    try {
      for await (const chunk of response.body ?? []) {
        heard();
        if (length === 0 && isPage(chunk)) throw new UserError(otherThan(address, "a web page"));
        length += chunk.length;
        if (length > bytes) throw new UserError(otherThan(address, `more than ${bytes} bytes`));
        await file.write(chunk);
        onProgress(length);
      }
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    if (error instanceof UserError) {
      await rm(part, { force: true });
      throw error;
    }
    const kept = length > 0 ? ` ${length} of ${bytes} bytes have come: the same command goes on from there.` : "";
    throw new UserError(
      silence.signal.aborted
        ? `No byte came from ${address} for ${patienceMilliseconds / 1000} s.${kept}`
        : `${address} cannot be reached (${networkReason(error)}). Check the network connection.${kept}`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** @returns at which byte of the file the answer begins
 *  @throws {UserError} when it is not the file's */
function checkAnswer({ status, statusText, headers }: Response, address: string, begun: number, bytes: number): number {
  if (status !== 200 && status !== 206) {
    throw new UserError(`${address} answers ${`${status} ${statusText}`.trim()}: the file may have moved.`);
  }
  const from = status === 206 ? Number(/^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1]) : 0;
  if (from !== 0 && from !== begun)
    throw new UserError(otherThan(address, "another part of the file than was asked for"));
  const announced = headers.get("content-length");
  if (announced !== null && Number(announced) !== bytes - from) {
    throw new UserError(otherThan(address, `${Number(announced) + from} bytes`));
  }
  return from;
}

const otherThan = (address: string, got: string): string =>
  `${address} answers ${got}, not the file that was published: it may have moved, or the network asks for a log-in first.`;

const isPage = (chunk: Uint8Array): boolean =>
  /^\s*<(!doctype html|html)/i.test(Buffer.from(chunk.subarray(0, 200)).toString("latin1"));

/** `fetch failed` has what is the matter in its cause. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : reasonOf(cause);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
