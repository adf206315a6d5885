import { expect, test } from "vitest";
import { secondsOf, type Second } from "./seconds-of.ts";

/** Samples 1, 2, 3, … in parts of any length. */
async function* counting(...parts: number[]): AsyncGenerator<Float32Array, void, void> {
  let next = 1;
  for (const length of parts) yield Float32Array.from({ length }, () => next++);
}

async function collect(sound: AsyncIterable<Float32Array>): Promise<Second[]> {
  const seconds: Second[] = [];
  for await (const second of secondsOf(sound)) seconds.push(second);
  return seconds;
}

test.each<[string, number[], number[]]>([
  ["nothing is heard in no sound", [0], []],
  ["a second is one", [16_000], [0]],
  ["in parts, too", [1, 9000, 6999], [0]],
  ["three seconds are five, every half second", [48_000], [0, 8000, 16_000, 24_000, 32_000]],
  ["what remains is heard in the last second", [16_000, 100], [0, 100]],
  ["also where most of a half remains", [5000, 26_999], [0, 8000, 15_999]],
])("%s", async (_, parts, firsts) => {
  const seconds = await collect(counting(...parts));
  expect(seconds.map(({ first }) => first)).toEqual(firsts);
  for (const { first, samples } of seconds) {
    expect(samples.length).toBe(16_000);
    expect([samples[0], samples[15_999]]).toEqual([first + 1, first + 16_000]);
  }
});

test("a shorter sound is followed by silence", async () => {
  const [{ samples }, ...others] = await collect(counting(2, 1));
  expect(others).toEqual([]);
  expect([...samples.subarray(0, 5)]).toEqual([1, 2, 3, 0, 0]);
  expect(samples.length).toBe(16_000);
});
