import { expect, test } from "vitest";
import { joinWords, weightsOfWords } from "./words.ts";

const textOf = (pieces: string[]): string[] => joinWords(pieces).map(({ text }) => text);

test("pieces without ▁ belong to the word before", () => {
  expect(textOf(["▁H", "ello", "▁there"])).toEqual(["Hello", "there"]);
});

test("punctuation stands alone, but not an apostrophe", () => {
  expect(textOf(["▁H", "ello", ",", "▁don", "'", "t", "?"])).toEqual(["Hello", ",", "don't", "?"]);
});

test("a lone ▁ belongs to the piece that follows", () => {
  expect(textOf(["▁", "日本語", "▁ok", "▁", "!"])).toEqual(["日本語", "ok", "!"]);
});

test("words cover every piece once, in order", () => {
  const pieces = ["▁", "日", "▁a", "b", ",", "c", "▁"];
  const words = joinWords(pieces);
  expect(words.map(({ start }) => start)).toEqual([0, ...words.slice(0, -1).map(({ end }) => end)]);
  expect(words.at(-1)?.end).toBe(pieces.length);
});

test("a word receives what its pieces receive together, and gives what they give on average", () => {
  const words = joinWords(["▁a", "b", "▁c"]);
  const weights = [
    [0.1, 0.2, 0.7],
    [0.3, 0.4, 0.3],
    [0.25, 0.25, 0.5],
  ];
  // ab: ((0.1 + 0.2) + (0.3 + 0.4)) / 2 and (0.7 + 0.3) / 2; c: 0.25 + 0.25 and 0.5
  const [first, second] = weightsOfWords(words, weights);
  expect(first[0]).toBeCloseTo(0.5, 12);
  expect(first[1]).toBeCloseTo(0.5, 12);
  expect(second).toEqual([0.5, 0.5]);
});
