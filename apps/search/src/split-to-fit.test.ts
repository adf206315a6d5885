import { expect, test } from "vitest";
import { splitToFit } from "./split-to-fit.ts";

const atMost =
  (letters: number) =>
  (text: string): boolean =>
    text.length <= letters;

test("what fits stays whole", () => {
  expect(splitToFit("One. Two.", atMost(9))).toEqual(["One. Two."]);
});

test("a text is cut between sentences, as many to a part as fit", () => {
  expect(splitToFit("One is here. Two is too. Three.", atMost(24))).toEqual(["One is here. Two is too.", "Three."]);
});

test("a sentence that is too long is cut between words", () => {
  expect(splitToFit("one two three four", atMost(9))).toEqual(["one two", "three", "four"]);
});

test("a word that is too long is cut between letters, accents staying with theirs", () => {
  expect(splitToFit("abcde\u0301fg", atMost(3))).toEqual(["abc", "de\u0301", "fg"]);
});

test("what cannot be cut comes back whole", () => {
  expect(splitToFit("a", atMost(0))).toEqual(["a"]);
});
