import { expect, test } from "vitest";
import { median, noiseOf, pairedRatio, quantile, spread } from "./statistics.ts";

test("the median of an even count lies between the middle two", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([])).toBeNaN();
});

test("quartiles are interpolated: those of 1 to 5 are 2 and 4", () => {
  expect(quantile([5, 4, 3, 2, 1], 0.25)).toBe(2);
  expect(spread([1, 2, 3, 4, 5])).toBe(2);
  expect(spread([7])).toBe(0);
});

test("a round that was slow for both leaves their ratio alone", () => {
  expect(pairedRatio([10, 100, 10], [20, 200, 20])).toBe(2);
});

test("rounds in which only one took part do not count", () => {
  expect(pairedRatio([10, 10, undefined], [30, undefined, 50])).toBe(3);
  expect(pairedRatio([10], [])).toBeNaN();
});

test("noise is how far the middle half of the ratios lies apart, as a part of their median", () => {
  // ratios 1, 2, 2, 2, 3 have their quartiles at 2; 1, 1.5, 2, 2.5, 3 at 1.5 and 2.5
  expect(noiseOf([10, 10, 10, 10, 10], [10, 20, 20, 20, 30])).toBe(0);
  expect(noiseOf([10, 10, 10, 10, 10], [10, 15, 20, 25, 30])).toBe(0.5);
});

test("few rounds say nothing about noise", () => {
  expect(noiseOf([10, 10, 10, 10, undefined], [10, 15, 20, 25, 30])).toBeNull();
});
