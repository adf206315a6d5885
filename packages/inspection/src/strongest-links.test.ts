import { tensor, zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { InspectionError } from "./inspection-error.ts";
import { strongestLinks } from "./strongest-links.ts";

const weights = tensor(
  [
    [0.9, 0.0625, 0.03125],
    [0.5, 0.25, 0.25],
    [0.75, 0.125, 0.125],
  ],
  { dtype: "float64" },
);

test("a word and itself are no link, nor are two of the same word", () => {
  expect(strongestLinks(["the", "cat", "the"], weights, 2)).toEqual([
    { from: "cat", to: "the", weight: 0.5 },
    { from: "cat", to: "the", weight: 0.25 },
  ]);
});

test("no more than asked for, nor than there are, the largest first", () => {
  expect(strongestLinks(["a", "b", "c"], weights, 10).map(({ from, to }) => from + to)).toEqual([
    "ca",
    "ba",
    "bc",
    "cb",
    "ab",
    "ac",
  ]);
  expect(strongestLinks(["a", "b", "c"], weights, 0)).toEqual([]);
  expect(strongestLinks([], zeros([0, 0]), 1)).toEqual([]);
});

test("what does not fit is refused", () => {
  expect(() => strongestLinks(["a"], weights, 1)).toThrow("expected weights [1, 1] for 1 labels, got [3, 3]");
  expect(() => strongestLinks(["a", "b", "c"], zeros([9]), 1)).toThrow(InspectionError);
  expect(() => strongestLinks(["a", "b", "c"], weights, 1.5)).toThrow("at least 0, got 1.5");
  expect(() => strongestLinks(["a", "b", "c"], weights, -1)).toThrow("at least 0, got -1");
});
