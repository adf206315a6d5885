import { expect, test } from "vitest";
import { relativeBucket } from "./relative-bucket.ts";
import { ScoreError } from "../score-error.ts";

const rows = (bidirectional: boolean): number[][] =>
  [0, 1, 2].map((query) => [0, 1].map((key) => relativeBucket(key - query, { bidirectional })));

test("the table in TensorFlow Models' own test is met", () => {
  expect(rows(true)).toEqual([
    [0, 17],
    [1, 0],
    [2, 1],
  ]);
  expect(rows(false)).toEqual([
    [0, 0],
    [1, 0],
    [2, 1],
  ]);
});

// By hand: 16 buckets a side, 8 of one distance each; shared bucket 8 + k begins at 8 × (128 / 8)^(k / 8) = 8 × 2^(k / 2)
test("bidirectional buckets begin at 8, 11.3, 16, 22.6, 32, 45.3, 64 and 90.5", () => {
  const begins = [8, 12, 16, 23, 32, 46, 64, 91];
  begins.forEach((distance, k) => {
    expect(relativeBucket(-distance)).toBe(8 + k);
    expect(relativeBucket(-(distance - 1))).toBe(7 + k);
    expect(relativeBucket(distance)).toBe(16 + 8 + k);
  });
  expect([127, 128, 129, 1e6].map((distance) => relativeBucket(-distance))).toEqual([15, 15, 15, 15]);
});

// By hand: 32 buckets, 16 of one distance each; shared bucket 16 + k begins at 16 × 8^(k / 16)
test("causal buckets begin at 16, 18.2, 20.7, 23.6, 26.9 … 112.4", () => {
  const begins = [16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113];
  begins.forEach((distance, k) => {
    expect(relativeBucket(-distance, { bidirectional: false })).toBe(16 + k);
    expect(relativeBucket(1 - distance, { bidirectional: false })).toBe(15 + k);
  });
  expect(relativeBucket(5, { bidirectional: false })).toBe(0);
});

// The formula as mesh-tensorflow computes it, in float32 steps
function published(relative: number, buckets: number, maximumDistance: number, bidirectional: boolean): number {
  const side = bidirectional ? buckets / 2 : buckets;
  const ahead = bidirectional && relative > 0 ? side : 0;
  const distance = bidirectional ? Math.abs(relative) : Math.max(0, -relative);
  const exact = Math.floor(side / 2);
  if (distance < exact) return ahead + distance;
  const logarithm = Math.fround(Math.log(Math.fround(distance / exact)));
  const step = Math.fround(Math.fround(logarithm / Math.log(maximumDistance / exact)) * (side - exact));
  return ahead + Math.min(side - 1, exact + Math.trunc(step));
}

test("T5, T5 causal and WavLM buckets agree with the published formula in float32", () => {
  for (const [buckets, maximumDistance, bidirectional] of [
    [32, 128, true],
    [32, 128, false],
    [320, 800, true],
  ] as const) {
    for (let relative = -150; relative <= 150; relative++) {
      const expected = published(relative, buckets, maximumDistance, bidirectional);
      expect(relativeBucket(relative, { buckets, maximumDistance, bidirectional })).toBe(expected);
    }
  }
});

test("bad layouts are refused", () => {
  expect(() => relativeBucket(1, { buckets: 31 })).toThrow(ScoreError);
  expect(() => relativeBucket(1, { buckets: 2 })).toThrow("buckets must be a whole number from 4");
  expect(() => relativeBucket(1, { maximumDistance: 8 })).toThrow("maximumDistance must be a whole number from 9");
});
