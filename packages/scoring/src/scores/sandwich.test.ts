import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { sandwich } from "./sandwich.ts";
import { ScoreError } from "../score-error.ts";

// sinusoidal embeddings as in Vaswani et al. 2017, and their product
function embedding(position: number, dimensions: number): number[] {
  return Array.from({ length: dimensions }, (_, i) => {
    const angle = position / 10000 ** ((2 * Math.floor(i / 2)) / dimensions);
    return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}
const product = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

test("it is the product of two sinusoidal embeddings over 8 (head + 1) / heads", () => {
  const program = sandwich({ heads: 12 });
  for (const [query, key, head] of [
    [7, 7, 0],
    [20, 3, 0],
    [3, 20, 5],
    [300, 1, 11],
  ]) {
    const expected = 0.25 + (product(embedding(query, 128), embedding(key, 128)) * 12) / (8 * (head + 1));
    expect(evaluate(program, { score: 0.25, head, query, key })).toBeCloseTo(expected, 9);
  }
});

test("a query's own key gets dimensions / 2 cosines of 0", () => {
  expect(evaluate(sandwich({ heads: 8, dimensions: 4 }), { score: 0, head: 0, query: 5, key: 5 })).toBe(2);
});

test("the table gives what the cosines give, and its last entry beyond", () => {
  const [computed, tabulated] = [sandwich({ heads: 2 }), sandwich({ heads: 2, length: 64 })];
  const at = (program: typeof computed, query: number): number =>
    Number(evaluate(program, { score: 0, head: 1, query, key: 0 }));
  for (const distance of [0, 1, 17, 63]) expect(at(tabulated, distance)).toBeCloseTo(at(computed, distance), 10);
  expect(at(tabulated, 1000)).toBe(at(tabulated, 63));
});

test("an odd number of dimensions is refused", () => {
  expect(() => sandwich({ heads: 2, dimensions: 3 })).toThrow(ScoreError);
  expect(() => sandwich({ heads: 2, length: 0 })).toThrow("length must be a whole number from 1");
});
