import tokenizer from "llama-tokenizer-js";
import { expect, test } from "vitest";
import { beginsWord, textOf } from "./tokenizer.ts";
import { wordsOf } from "./words.ts";

const ids = (text: string): number[] => tokenizer.encode(text, false);

test("punctuation belongs to the word before it, but is not heard", () => {
  const sentence = ids("And so, my fellow Americans...");
  const words = wordsOf({ ids: sentence });
  expect(words.map(({ text }) => text)).toEqual(["And", "so,", "my", "fellow", "Americans..."]);
  expect(words.map(({ heard }) => heard.map((place) => textOf([sentence[place]])).join(""))).toEqual([
    "And",
    "so",
    "my",
    "fellow",
    "Americans",
  ]);
});

test("a word of several tokens is one word, a dash by itself none", () => {
  expect(wordsOf({ ids: ids("an apostle – yes") }).map(({ text }) => text)).toEqual(["an", "apostle –", "yes"]);
});

test.each([
  ["the 2 of us", ["the", "2", "of", "us"]],
  ["In 1969, 40 men", ["In", "1969,", "40", "men"]],
  ["at 7:30 p.m. for $5.50 or 12%", ["at", "7:30", "p.m.", "for", "$5.50", "or", "12%"]],
  ["he said (softly) yes", ["he", "said", "(softly)", "yes"]],
  ["a “so called” hero", ["a", "“so", "called”", "hero"]],
  ["– yes", ["– yes"]],
  ["no – – yes", ["no – –", "yes"]],
  ["3", ["3"]],
])("%s", (text, words) => {
  expect(wordsOf({ ids: ids(text) }).map((word) => word.text)).toEqual(words);
});

test("of a number every digit is heard, the space before it is not", () => {
  const sentence = ids("In 1969, yes");
  const [, year] = wordsOf({ ids: sentence });
  expect(year.heard.map((place) => textOf([sentence[place]]))).toEqual(["1", "9", "6", "9"]);
});

test("ids beyond Llama's vocabulary are no text", () => {
  expect(textOf([...ids("so"), 32_500])).toBe("so");
  expect(beginsWord(32_500)).toBe(false);
  expect(wordsOf({ ids: [] })).toEqual([]);
});
