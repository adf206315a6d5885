import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { pairBias } from "./pair-bias.ts";
import { ScoreError } from "../score-error.ts";

const query = [
  [1, -3],
  [10, 20],
];
const key = [
  [0.5, 1],
  [100, 200],
];

test("a pair gets its query's number plus its key's", () => {
  const program = pairBias({ query, key });
  expect(evaluate(program, { score: 0.25, head: 0, query: 1, key: 0 })).toBe(-2.25);
  expect(evaluate(program, { score: 0, head: 1, query: 0, key: 1 })).toBe(210);
});

test("graph attention forgets the dot product and leaks below 0", () => {
  const program = pairBias({ query, key, replace: true, negativeSlope: 0.2 });
  expect(evaluate(program, { score: 99, head: 0, query: 0, key: 1 })).toBe(2);
  expect(evaluate(program, { score: 99, head: 0, query: 1, key: 0 })).toBeCloseTo(-0.5, 15);
});

test("each batch element may have its own", () => {
  const program = pairBias({ query: [query, query.map((row) => row.map((x) => -x))], key });
  expect(evaluate(program, { score: 0, batch: 1, head: 0, query: 0, key: 0 })).toBe(-0.5);
});

test("the wrong rank is refused", () => {
  expect(() => pairBias({ query: [1, 2], key })).toThrow("pairBias: query must have shape [heads, queries], got [2]");
  expect(() => pairBias({ query, key, negativeSlope: Number.NaN })).toThrow(ScoreError);
});
