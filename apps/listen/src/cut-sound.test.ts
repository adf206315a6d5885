import { expect, test } from "vitest";
import { cutSound, type CutOptions, type Piece } from "./cut-sound.ts";
import { tone } from "@fovea/sound/testing";

const second = 16_000;
const recording = { least: 4, most: 8, atFirstPause: false, rest: Infinity };
const live = { least: 4, most: 8, atFirstPause: true, rest: 1.5 };

/** Pieces of a sound that is a tone but for some seconds, handed over in parts of 0.1 s. */
async function pieces(
  seconds: number,
  quiet: readonly (readonly [number, number])[],
  options: CutOptions,
): Promise<Piece[]> {
  const sound = tone(300, seconds);
  for (const [from, to] of quiet) sound.fill(0, from * second, to * second);
  async function* parts(): AsyncGenerator<Float32Array> {
    for (let first = 0; first < sound.length; first += 1600) yield sound.subarray(first, first + 1600);
  }
  const made: Piece[] = [];
  for await (const piece of cutSound(parts(), options)) made.push(piece);
  return made;
}

const spans = (list: readonly Piece[]): string[] =>
  list.map(({ start, samples }) => `${start.toFixed(1)}-${(start + samples.length / second).toFixed(1)}`);

test("a short recording is one piece", async () => {
  expect(spans(await pieces(7, [[5, 5.5]], recording))).toEqual(["0.0-7.0"]);
});

test("a long one is cut in the middle of its longest pause", async () => {
  const quiet = [
    [5, 5.5],
    [6, 7],
  ] as const;
  expect(spans(await pieces(10, quiet, recording))).toEqual(["0.0-6.5", "6.5-10.0"]);
});

test("a live one at the first pause, as soon as it was long enough", async () => {
  const quiet = [
    [1, 2],
    [5, 5.5],
    [6, 7],
  ] as const;
  const [first, next] = spans(await pieces(10, quiet, live));
  expect(first).toMatch(/^0\.0-5\.[23]$/);
  expect(next).toMatch(/^5\.[23]-10\.0$/);
});

test("whoever stops talking is written down without waiting", async () => {
  expect(spans(await pieces(6, [[1, 4]], live))).toEqual(["0.0-1.6", "3.4-6.0"]);
});

test("without a pause it is cut at the quietest moment, and no piece is longer than it may be", async () => {
  const sound = tone(300, 20);
  for (let i = 6 * second; i < 6.1 * second; i++) sound[i] *= 0.3;
  const made: Piece[] = [];
  for await (const piece of cutSound([sound], recording)) made.push(piece);
  expect(made[0].samples.length / second).toBeCloseTo(6.05, 1);
  expect(Math.max(...made.map(({ samples }) => samples.length))).toBeLessThanOrEqual(8 * second);
  expect(made.reduce((sum, { samples }) => sum + samples.length, 0)).toBe(sound.length);
});

test("of silence nothing is left, however long", async () => {
  expect(await pieces(60, [[0, 60]], recording)).toEqual([]);
  expect(spans(await pieces(60, [[0, 59]], live))).toEqual(["58.4-60.0"]);
});
