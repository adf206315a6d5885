import { expect, test } from "vitest";
import { readNames } from "./read-names.ts";

test.each([
  ["spaces around a name", [" سارة ", "\tمارتن\n"], ["سارة", "مارتن"]],
  ["two words of one argument", ["محمد علي"], ["محمد", "علي"]],
  [
    "right-to-left marks, an isolate, a byte order mark",
    ["\u200Fسارة\u200F", "\u2067مارتن\u2069", "\uFEFFعلي"],
    ["سارة", "مارتن", "علي"],
  ],
  ["a joiner inside", ["سا\u200Dرة"], ["سارة"]],
  ["letters and marks in two characters", ["ا\u0654"], ["\u0623"]],
  ["nothing", ["", "  ", "\u200E"], []],
])("%s", (_, texts, names) => {
  expect(readNames(texts)).toEqual(names);
});
