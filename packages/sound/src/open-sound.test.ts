import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { UserError } from "@fovea/command-line";
import { allSamples, openStream, openWavFile, type Sound } from "./open-sound.ts";
import { tone, wavBytes, type WavOptions } from "./testing/wav-bytes.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-listen-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Opens bytes as a file. */
function open(bytes: Uint8Array): Promise<Sound> {
  const path = join(folder, "sound.wav");
  writeFileSync(path, bytes);
  return openWavFile(path);
}

test.each<[string, WavOptions, number]>([
  ["8 bits", { bits: 8 }, 1 / 100],
  ["16 bits, stereo", { bits: 16, channels: 2 }, 1 / 30_000],
  ["24 bits, 6 channels, extensible", { bits: 24, channels: 6, extensible: true }, 1e-6],
  ["32 bits", { bits: 32 }, 1e-6],
  ["float32, stereo", { bits: 32, float: true, channels: 2 }, 1e-7],
  ["float64", { bits: 64, float: true }, 1e-7],
  ["a chunk of odd length before the samples", { between: Buffer.from("LIST\x03\0\0\0abc\0") }, 1 / 30_000],
  ["a length of 0, for a recorder that was still running", { dataBytes: 0 }, 1 / 30_000],
  ["the length that espeak-ng and sox write into a pipe", { dataBytes: 0x7ffff000 }, 1 / 30_000],
  ["arecord's", { dataBytes: 0x7fffff00 }, 1 / 30_000],
  ["the largest signed one", { dataBytes: 0x7fffffff }, 1 / 30_000],
  ["2 GiB", { dataBytes: 0x80000000 }, 1 / 30_000],
  ["ffmpeg's", { dataBytes: 0xffffffff }, 1 / 30_000],
])("%s: the samples come as they were written", async (_, options, tolerance) => {
  const written = tone(440, 0.5);
  const sound = await open(wavBytes(written, options));
  const read = await allSamples(sound);
  expect(sound.seconds).toBe(0.5);
  expect(read.length).toBe(written.length);
  expect(Math.max(...read.map((sample, i) => Math.abs(sample - written[i])))).toBeLessThan(tolerance);
});

test.each([0, 0x7ffff000, 0x7fffff00, 0xffffffff])(
  "of a stream whose header says %i bytes nobody knows how long it is",
  async (dataBytes) => {
    const sound = await openStream(Readable.from([wavBytes(tone(440, 0.5), { dataBytes })]), null);
    expect({ seconds: sound.seconds, note: sound.note }).toEqual({ seconds: null, note: null });
    expect((await allSamples(sound)).length).toBe(8000);
  },
);

test("a stream of a length that can be is believed, and a file that lacks some of it said to be cut short", async () => {
  const bytes = wavBytes(tone(440, 0.5), { dataBytes: 0x7ffeffff });
  expect((await openStream(Readable.from([bytes]), null)).seconds).toBeCloseTo(0x7ffeffff / 32_000, 6);
  expect((await open(bytes)).note).toMatch(/is cut short: its header promises 67106\.8 s, it holds 0\.5 s\.$/);
});

test.each([8000, 11_025, 44_100, 48_000, 96_000, 192_000])(
  "%i samples a second become 16,000 of the same tone",
  async (rate) => {
    const read = await allSamples(await open(wavBytes(tone(1000, 1, rate), { rate, bits: 32, float: true })));
    expect(read.length).toBe(16_000);
    // away from the ends, where the filter has nothing to look at
    const [expected, middle] = [tone(1000, 1), read.subarray(1000, 15_000)];
    expect(Math.max(...middle.map((sample, i) => Math.abs(sample - expected[i + 1000])))).toBeLessThan(2e-3);
  },
);

test("what the new rate cannot hold is gone, not folded down", async () => {
  const read = await allSamples(await open(wavBytes(tone(10_000, 1, 48_000), { rate: 48_000, bits: 32, float: true })));
  expect(Math.max(...read.subarray(1000, 15_000).map(Math.abs))).toBeLessThan(1e-4);
});

test("channels are mixed down, numbers that are none are silence, too large ones are cut", async () => {
  const bytes = wavBytes([0, 0, 0], { bits: 32, float: true, channels: 2 });
  const numbers = Float32Array.of(0.5, -0.25, NaN, 0.5, 3, 1);
  bytes.set(new Uint8Array(numbers.buffer), bytes.length - 24);
  expect(await allSamples(await open(bytes))).toEqual(Float32Array.of(0.125, 0, 1));
});

test("a file that is shorter than it says gives what is there, and says so", async () => {
  const sound = await open(wavBytes(tone(440, 1)).subarray(0, 44 + 16_001));
  expect(sound.note).toMatch(/sound\.wav is cut short: its header promises 1\.0 s, it holds 0\.5 s\.$/);
  expect((await allSamples(sound)).length).toBe(8000);
});

const header = wavBytes([]);
const changed = (offset: number, ...bytes: number[]): Uint8Array => {
  const copy = Uint8Array.from(wavBytes(tone(440, 0.01)));
  copy.set(bytes, offset);
  return copy;
};
test.each<[string, Uint8Array, string]>([
  ["an empty file", new Uint8Array(), "is empty."],
  ["a text", Buffer.from("Not a sound at all."), "is no WAV file. Convert it: ffmpeg"],
  ["another RIFF file", Buffer.from("RIFF\x04\0\0\0AVI "), "is no WAV file"],
  ["half a header", header.subarray(0, 20), "is cut short: it ends after 20 bytes, before its format is complete."],
  ["a header without samples", header.subarray(0, 36), "is cut short: it ends after 36 bytes, before its samples."],
  [
    "samples before their format",
    Buffer.from("RIFF\xFF\0\0\0WAVEdata\x04\0\0\0abcd", "latin1"),
    "its samples come before their format",
  ],
  ["a format of 4 bytes", changed(16, 4), "expected a format of at least 16 bytes, got 4"],
  ["compressed samples", changed(20, 0x55), "holds compressed samples (format 85). Convert it: ffmpeg"],
  ["no channels", changed(22, 0), "expected 1 to 64 channels, got 0"],
  ["65,535 channels", changed(22, 255, 255), "expected 1 to 64 channels, got 65535"],
  ["a rate of 0", changed(24, 0, 0, 0, 0), "expected 1000 to 192000 samples per second, got 0"],
  ["a rate of 4 GHz", changed(24, 255, 255, 255, 255), "expected 1000 to 192000 samples per second, got 4294967295"],
  ["a rate of 384 kHz", changed(24, 0, 0xdc, 5, 0), "got 384000. Convert it: ffmpeg -i <sound> -ar 16000 sound.wav."],
  ["moments of 0 bytes", changed(32, 0), "expected 2 bytes for all channels of a moment, got 0"],
  ["12 bits", changed(34, 12), "expected integer samples of 8, 16, 24, 32 bits, got 12"],
  [
    "a chunk of 4 GB before the samples",
    changed(36, 76, 73, 83, 84, 255, 255, 255, 255),
    "no samples within 16777216 bytes",
  ],
])("%s is refused in one sentence", async (_, bytes, message) => {
  const refused = await open(bytes).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UserError);
  expect((refused as Error).message).toContain(message);
  expect((refused as Error).message).not.toContain("\n");
});

test("random damage gives samples or one sentence, never anything else", async () => {
  const good = wavBytes(tone(440, 0.05), { channels: 2, bits: 24 });
  const ends = new Set<string>();
  let state = 7;
  const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 300; round++) {
    const bytes = Uint8Array.from(good).subarray(0, round % 3 === 0 ? random(good.length) : good.length);
    for (let flips = 0; flips < 3 && bytes.length > 0; flips++) bytes[random(Math.min(60, bytes.length))] = random(256);
    await openStream(Readable.from([bytes]), null)
      .then(allSamples)
      .then((samples) => ends.add(samples.every((sample) => Math.abs(sample) <= 1) ? "samples" : "noise"))
      .catch((error: Error) => ends.add(error.name));
  }
  expect([...ends].toSorted()).toEqual(["UserError", "samples"]);
});

test("raw samples come in pieces of any length, as a pipe gives them", async () => {
  const written = tone(440, 0.1);
  const bytes = new Uint8Array(Int16Array.from(written, (sample) => Math.round(sample * 32767)).buffer);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) =>
    Buffer.from(bytes.subarray(7 * i, 7 * i + 7)),
  );
  const raw = { encoding: "integer", bits: 16, channels: 1, rate: 16_000 } as const;
  const read = await allSamples(await openStream(Readable.from(pieces), raw));
  expect(read.length).toBe(1600);
  expect(Math.max(...read.map((sample, i) => Math.abs(sample - written[i])))).toBeLessThan(1 / 30_000);
});

test.each([
  ["/nowhere/at/all.wav", "/nowhere/at/all.wav cannot be read: there is no such file or folder."],
  [tmpdir(), `${tmpdir()} is a folder. Name a WAV file in it.`],
])("%s is refused", async (path, message) => {
  await expect(openWavFile(path)).rejects.toThrow(message);
});
