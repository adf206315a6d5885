import { expect, test } from "vitest";
import { shorten } from "./shorten.ts";

test.each([
  ["fits", 4, "fits"],
  ["does not", 5, "does…"],
  ["日本語", 5, "日本…"],
  ["日本語", 4, "日…"],
  ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
])("%s in %i columns is %s", (text, width, expected) => {
  expect(shorten(text, width)).toBe(expected);
});
