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

test("ids beyond Llama's vocabulary are no text", () => {
  expect(textOf([...ids("so"), 32_500])).toBe("so");
  expect(beginsWord(32_500)).toBe(false);
  expect(wordsOf({ ids: [] })).toEqual([]);
});
