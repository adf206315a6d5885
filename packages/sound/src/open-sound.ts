import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { reasonOf, UserError } from "@fovea/command-line";
import { readSamples } from "./read-samples.ts";
import { resampled } from "./resample.ts";
import type { SampleFormat } from "./sample-format.ts";
import { readWavHeader, type WavHeader } from "./wav-header.ts";

export interface Sound {
  /** 16 kHz, one channel, in [-1, 1], as they come. */
  readonly samples: AsyncIterable<Float32Array>;
  /** Seconds, or null where nobody knows: a microphone. */
  readonly seconds: number | null;
  /** What the person should know about the sound, or null. */
  readonly note: string | null;
}

/** A WAV file.
 *  @param signal ends it early
 *  @throws {UserError} naming the file when it cannot be read, or is no WAV file of plain samples */
export async function openWavFile(path: string, signal?: AbortSignal): Promise<Sound> {
  const unreadable = (error: unknown): UserError => {
    return new UserError(`${path} cannot be read: ${reasonOf(error)}. Check the path and its permissions.`);
  };
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(error);
  });
  if (found.isDirectory()) throw new UserError(`${path} is a folder. Name a WAV file in it.`);
  const bytes = piecesOf(createReadStream(path), signal);
  const { header, rest } = await takeHeader(path, bytes).catch((error: unknown) => {
    throw error instanceof UserError ? error : unreadable(error);
  });
  return soundOf(path, header, rest, found.isFile() ? found.size - header.dataStart : null);
}

/** Standard input: a WAV file, or raw samples as a microphone gives them.
 *  @param raw how raw samples are written; null: it is a WAV file
 *  @throws {UserError} when it is empty, or no WAV file of plain samples */
export async function openStream(stream: Readable, raw: SampleFormat | null, signal?: AbortSignal): Promise<Sound> {
  const bytes = piecesOf(stream, signal);
  if (raw) return { samples: resampled(readSamples(bytes, raw), raw.rate), seconds: null, note: null };
  const { header, rest } = await takeHeader("Standard input", bytes);
  return soundOf("Standard input", header, rest, null);
}

/** All samples of a sound at once. */
export async function allSamples(sound: Sound): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for await (const part of sound.samples) parts.push(part);
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let length = 0;
  for (const part of parts) {
    all.set(part, length);
    length += part.length;
  }
  return all;
}

/** From here on a length stands for one that its writer, into a pipe or still recording, did not know: 0x7FFFF000 of espeak-ng and sox, 0x7FFFFF00 of arecord,
 *  0x80000000 and 0xFFFFFFFF of ffmpeg and others. A sound that is really so long is read to its end all the same. */
const leastPlaceholder = 0x7fff0000;

/** @param there bytes that follow the header, where it is known */
function soundOf(
  who: string,
  { format, dataBytes }: WavHeader,
  bytes: AsyncIterable<Uint8Array>,
  there: number | null,
): Sound {
  const perSecond = format.rate * (format.bits / 8) * format.channels;
  const isPlaceholder = dataBytes === 0 || (dataBytes >= leastPlaceholder && (there === null || there < dataBytes));
  const promised = isPlaceholder ? there : dataBytes;
  const come = promised === null ? null : Math.min(promised, there ?? promised);
  const isCut = !isPlaceholder && there !== null && there < dataBytes;
  return {
    samples: resampled(readSamples(atMost(bytes, isPlaceholder ? Infinity : dataBytes), format), format.rate),
    seconds: come === null ? null : come / perSecond,
    note: isCut
      ? `${who} is cut short: its header promises ${(dataBytes / perSecond).toFixed(1)} s, it holds ${(there / perSecond).toFixed(1)} s.`
      : null,
  };
}

/** The pieces of a stream until it ends or is called off. */
async function* piecesOf(stream: Readable, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, void> {
  signal?.addEventListener("abort", () => stream.destroy());
  try {
    for await (const piece of stream) yield piece as Uint8Array;
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

async function takeHeader(
  who: string,
  bytes: AsyncGenerator<Uint8Array, void, void>,
): Promise<{ header: WavHeader; rest: AsyncIterable<Uint8Array> }> {
  let start = new Uint8Array(0);
  for (;;) {
    const { done, value } = await bytes.next();
    if (value) start = Buffer.concat([start, value]);
    if (done && start.length === 0) throw new UserError(`${who} is empty.`);
    const header = readWavHeader(who, start, done === true);
    if (header) return { header, rest: after(start.subarray(header.dataStart), bytes) };
  }
}

async function* after(first: Uint8Array, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  yield first;
  yield* bytes;
}

/** The first `count` bytes: after the samples a file may go on with something else. */
async function* atMost(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array, void, void> {
  let left = count;
  for await (const piece of bytes) {
    yield piece.subarray(0, left);
    left -= piece.length;
    if (left <= 0) return;
  }
}
