import { zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { hearSound, type Hearing } from "./hear-sound.ts";
import type { Spotter } from "./spotter.ts";

const labels = [
  { name: "silence", isWord: false },
  { name: "yes", isWord: true },
  { name: "no", isWord: true },
];

/** Hears a sound of as many half seconds as there are answers and one more. */
async function hear(...answers: number[][]): Promise<Hearing> {
  const left = [...answers];
  const spotter: Spotter = {
    hear: () => left.shift()!,
    look: () => ({ probabilities: [0, 1, 0], attention: [1], mel: zeros([1, 1]) }),
    dispose: () => {},
  };
  const sound = (async function* () {
    yield new Float32Array(8000 * (answers.length + 1));
  })();
  return hearSound("it", sound, { spotter, labels, threshold: 0.5 });
}

test("a word in seconds that overlap is one word, another is another", async () => {
  const { words, seconds, told } = await hear([0.1, 0.6, 0.3], [0, 0.9, 0.1], [0.2, 0.1, 0.7]);
  expect(words).toEqual([
    { word: "yes", start: 0, end: 1.5, probability: 0.9 },
    { word: "no", start: 1, end: 2, probability: 0.7 },
  ]);
  expect([seconds, told.start]).toEqual([2, 0.5]);
});

test("a word is there twice when a second between has none", async () => {
  const { words } = await hear([0, 1, 0], [1, 0, 0], [0, 1, 0]);
  expect(words.map(({ start, end }) => [start, end])).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

test("silence is no word, and neither is what is not likely enough", async () => {
  const { words, told } = await hear([0.9, 0.1, 0], [0.2, 0.49, 0.31]);
  expect(words).toEqual([]);
  // still, that is where a word is likeliest
  expect(told.start).toBe(0.5);
});
