import { expect, test } from "vitest";
import { randomGenerator, toArray } from "./index.ts";
import type { DType } from "./index.ts";

test("a seed repeats its numbers, another seed gives others", () => {
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw(-1)).not.toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(1 + 2 ** 32));
});

test("a generator goes on where it stopped", () => {
  const random = randomGenerator(3);
  const parts = [...toArray(random.uniform([2])), ...toArray(random.uniform([3]))];
  expect(parts).toEqual(toArray(randomGenerator(3).uniform([5])));
});

test("10,000 uniform numbers have mean 1/2 and variance 1/12, within five standard errors", () => {
  const values = toArray(randomGenerator(7).uniform([10_000]));
  const { mean, variance } = moments(values);
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / 10_000));
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / 10_000)); // the variance of (u - 1/2)^2 is 1/180
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
});

test("10,000 normal numbers have the mean and deviation asked for, and 68.27 % lie within one deviation", () => {
  const values = toArray(randomGenerator(8).normal([10_000], { mean: 3, standardDeviation: 2, dtype: "float64" }));
  const { mean, variance } = moments(values);
  expect(Math.abs(mean - 3)).toBeLessThan((5 * 2) / 100);
  expect(Math.abs(variance - 4)).toBeLessThan(5 * 4 * Math.sqrt(2 / 10_000));
  const within = values.filter((value) => Math.abs(value - 3) < 2).length / values.length;
  expect(Math.abs(within - 0.6827)).toBeLessThan(5 * Math.sqrt((0.6827 * 0.3173) / 10_000));
});

test.each<DType>(["float16", "bfloat16", "float32"])("%s numbers never round up to high", (dtype) => {
  const values = toArray(randomGenerator(9).uniform([5_000], { low: -1, high: 1, dtype }));
  expect(Math.max(...values)).toBeLessThan(1);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
});

test("int dtypes give every whole number from low to before high", () => {
  const values = toArray(randomGenerator(10).uniform([500], { low: -2, high: 3, dtype: "int32" }));
  expect([...new Set(values)].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  expect(new Set(toArray(randomGenerator(10).uniform([50], { dtype: "bool" })))).toEqual(new Set([0, 1]));
});

test("what cannot be drawn is refused", () => {
  const random = randomGenerator(0);
  expect(() => randomGenerator(0.5)).toThrow(RangeError);
  expect(() => randomGenerator(NaN)).toThrow("the seed must be a whole number");
  expect(() => random.uniform([2], { low: 1, high: 1 })).toThrow(RangeError);
  expect(() => random.uniform([2], { low: NaN })).toThrow(RangeError);
  expect(() => random.uniform([2], { high: Infinity })).toThrow(RangeError);
  expect(() => random.uniform([2], { low: 1.0001, high: 1.0002, dtype: "bfloat16" })).toThrow("Widen the range");
  expect(() => random.uniform([2], { low: 0, high: 300, dtype: "uint8" })).toThrow(RangeError);
  expect(() => random.uniform([2], { low: 0.5, high: 3, dtype: "int32" })).toThrow(RangeError);
  expect(() => random.normal([2], { standardDeviation: -1 })).toThrow(RangeError);
  expect(() => random.normal([-2])).toThrow("each dimension must be a whole number");
});

function draw(seed: number): number[] {
  return toArray(randomGenerator(seed).uniform([8]));
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}
