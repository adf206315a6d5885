import { expect, test } from "vitest";
import { strongestLinks } from "./strongest-links.ts";

test("a word and itself are no link, nor are two of the same word", () => {
  const weights = [
    [0.9, 0.06, 0.04],
    [0.5, 0.3, 0.2],
    [0.8, 0.1, 0.1],
  ];
  expect(strongestLinks(["the", "cat", "the"], weights, 2)).toEqual([
    { from: "cat", to: "the", weight: 0.5 },
    { from: "cat", to: "the", weight: 0.2 },
  ]);
});
