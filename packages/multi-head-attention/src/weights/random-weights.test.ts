import { randomGenerator, toArray, zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { multiHeadAttention } from "../multi-head-attention.ts";
import { randomWeights } from "./random-weights.ts";

test("numbers lie within Glorot's bound and fill it", () => {
  const { query } = randomWeights(randomGenerator(1), { queryDim: 30, heads: 4, headDim: 6 });
  const bound = Math.sqrt(6 / (30 + 24));
  const numbers = toArray(query.weight).map(Math.abs);
  expect(Math.max(...numbers)).toBeLessThanOrEqual(bound);
  expect(Math.max(...numbers)).toBeGreaterThan(0.95 * bound);
  expect(toArray(query.bias!)).toEqual(Array(24).fill(0));
});

test("sizes follow the options, and the weights attend", () => {
  const weights = randomWeights(randomGenerator(1), {
    queryDim: 8,
    heads: 4,
    keyHeads: 2,
    headDim: 3,
    valueDim: 5,
    keyDim: 7,
    valueInputDim: 6,
    outputDim: 9,
    biases: false,
  });
  const shapes = [weights.query, weights.key, weights.value, weights.output!].map(({ weight }) => weight.shape);
  expect(shapes).toEqual([
    [8, 12],
    [7, 6],
    [6, 10],
    [20, 9],
  ]);
  expect(weights.query.bias).toBeUndefined();
  const { output } = multiHeadAttention(weights, zeros([1, 2, 8]), {
    heads: 4,
    key: zeros([1, 3, 7]),
    value: zeros([1, 3, 6]),
  });
  expect(output.shape).toEqual([1, 2, 9]);
});
