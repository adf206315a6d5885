import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { relativeBias } from "./relative-bias.ts";
import { ScoreError } from "../score-error.ts";

const table = [
  [-2, -1, 0, 1, 2],
  [20, 10, 0, 30, 40],
];

test("the middle column is for the query itself, columns to the right for keys ahead", () => {
  const program = relativeBias({ table });
  const biases = [0, 1, 2].map((key) => evaluate(program, { score: 0.5, head: 1, query: 1, key }));
  expect(biases).toEqual([10.5, 0.5, 30.5]);
});

test("beyond the reach the nearest column counts, or nothing", () => {
  const far = { score: 1, head: 0, query: 9, key: 0 };
  expect(evaluate(relativeBias({ table }), far)).toBe(-1);
  expect(evaluate(relativeBias({ table, beyond: "zero" }), far)).toBe(1);
  expect(evaluate(relativeBias({ table }), { ...far, query: 0, key: 9 })).toBe(3);
});

test("an even number of columns has no middle and is refused", () => {
  expect(() => relativeBias({ table: [[1, 2]] })).toThrow(ScoreError);
  expect(() => relativeBias({ table, beyond: "wrap" as "zero" })).toThrow('beyond must be "clip" or "zero", got wrap');
});
