import { trace } from "@fovea/program";
import { at, randomGenerator, tensor, toArray, toNested } from "@fovea/tensor";
import { expect, test } from "vitest";
import { quantizeWeight } from "./quantize-weight.ts";
import { referenceOperations as operations } from "./reference-operations.ts";

const x = tensor([
  [1, 2],
  [3, -4],
]);
const weight = tensor([
  [1, 0, -1],
  [2, 1, 0],
]);

test("linear multiplies, adds the bias, activates, then adds the residual", () => {
  expect(toNested(operations.linear(x, weight))).toEqual([
    [5, 2, -1],
    [-5, -4, -3],
  ]);
  const residual = tensor([
    [100, 200, 300],
    [400, 500, 600],
  ]);
  const all = { bias: tensor([1, 0, 10]), activation: "relu", residual } as const;
  expect(toNested(operations.linear(x, weight, all))).toEqual([
    [106, 202, 309],
    [400, 500, 607],
  ]);
  expect(toArray(operations.linear(tensor([1, 2]), weight))).toEqual([5, 2, -1]);
});

test("a quantized weight is off by half a step at most, its largest number of a column by nothing", () => {
  const exact = randomGenerator(1).normal([20, 3]);
  const quantized = quantizeWeight(exact);
  const identity = tensor(
    Float32Array.from({ length: 400 }, (_, i) => (i % 21 === 0 ? 1 : 0)),
    { shape: [20, 20] },
  );
  const back = operations.linear(identity, quantized);
  for (let column = 0; column < 3; column++) {
    const numbers = Array.from({ length: 20 }, (_, row) => at(exact, row, column));
    const step = Math.max(...numbers.map(Math.abs)) / 127;
    expect(at(quantized.scale, column)).toBeCloseTo(step, 8);
    for (const [row, number] of numbers.entries()) {
      expect(Math.abs(at(back, row, column) - number)).toBeLessThanOrEqual(step * 0.500001);
    }
  }
  expect(toArray(operations.linear(tensor([[1]]), quantizeWeight(tensor([[0]]))))).toEqual([0]);
});

test("meanRows takes the mean of each stretch of rows", () => {
  const rows = tensor([
    [
      [1, 2],
      [3, 6],
    ],
    [
      [5, 7],
      [-1, 0],
    ],
  ]);
  expect(toNested(operations.meanRows(rows, [3, 1]))).toEqual([
    [3, 5],
    [-1, 0],
  ]);
  expect(() => operations.meanRows(rows, [3])).toThrow("add up to the 4 rows of x [2, 2, 2], got 3 in all");
  expect(() => operations.meanRows(rows, [3.5, 0.5])).toThrow("at least 1, got 3.5 at 0");
  expect(() => operations.meanRows(tensor(1, { shape: [] }), [1])).toThrow("got a scalar");
});

test("map takes a program of the number", () => {
  const program = trace(({ score }) => score.multiply(score).subtract(1));
  expect(toNested(operations.map(x, program))).toEqual([
    [0, 3],
    [8, 15],
  ]);
  expect(() =>
    operations.map(
      x,
      trace(({ score, query }) => score.add(query)),
    ),
  ).toThrow("reads query");
});

test("add repeats the last axes, and nothing else", () => {
  expect(toNested(operations.add(x, tensor([10, 20])))).toEqual([
    [11, 22],
    [13, 16],
  ]);
  expect(() => operations.add(x, tensor([[1], [2]]))).toThrow("add: expected b in the shape of a");
});
