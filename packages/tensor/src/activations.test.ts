import { evaluate } from "mathjs/number";
import { expect, test } from "vitest";
import { centralDifferences } from "../test/central-differences.ts";
import { arange, assertAllClose, divide, randomGenerator, relu, reluGradient, sigmoid, sigmoidGradient, silu, siluGradient, subtract, tanh, tanhGradient, tensor, toArray, toNested, zeros } from "./index.ts"; // prettier-ignore
import type { Tensor } from "./index.ts";

/** -5, -4.75, …, 5. */
const points = divide(subtract(arange(41, "float64"), tensor(20)), tensor(4));

const activations: [string, string, (x: Tensor) => Tensor, (x: Tensor, g: Tensor) => Tensor][] = [
  ["relu", "max(x, 0)", relu, reluGradient],
  ["sigmoid", "1 / (1 + exp(-x))", sigmoid, sigmoidGradient],
  ["tanh", "tanh(x)", tanh, tanhGradient],
  ["silu", "x / (1 + exp(-x))", silu, siluGradient],
];

test.each(activations)("%s is %s", (_, formula, activate) => {
  const expected = toArray(points).map((x): number => evaluate(formula, { x }));
  assertAllClose(activate(points), expected, { absolute: 1e-15, relative: 1e-14 });
});

test.each(activations)("the gradient of %s agrees with central differences", (_name, _formula, activate, gradient) => {
  const random = randomGenerator(1);
  const x = random.normal([3, 5], { standardDeviation: 2, dtype: "float64" });
  const outputGradient = random.normal([3, 5], { dtype: "float64" });
  assertAllClose(gradient(x, outputGradient), centralDifferences(activate, x, outputGradient), { absolute: 1e-9 });
});

test.each(activations)(
  "%s and its gradient have limits at the infinities and keep NaN",
  (name, _formula, activate, gradient) => {
    const limits: Record<string, [number[], number[]]> = {
      relu: [[0, Infinity], [0, 1]], // prettier-ignore
      sigmoid: [[0, 1], [0, 0]], // prettier-ignore
      tanh: [[-1, 1], [0, 0]], // prettier-ignore
      silu: [[0, Infinity], [0, 1]], // prettier-ignore
    };
    const ends = tensor([-Infinity, Infinity]);
    expect([toNested(activate(ends)), toNested(gradient(ends, tensor([1, 1])))]).toEqual(limits[name]);
    expect(toNested(activate(tensor(NaN)))).toBeNaN();
  },
);

test("the gradient of relu at 0 is 0, and gradients need the shape of the input", () => {
  expect(toNested(reluGradient(tensor([0, -1, 1]), tensor([5, 6, 7])))).toEqual([0, 0, 7]);
  expect(() => siluGradient(zeros([2]), zeros([3]))).toThrow(
    "siluGradient: outputGradient must have shape [2], got [3].",
  );
});

test("float dtypes stay, ints give float32", () => {
  expect([relu(zeros([1], "bfloat16")).dtype, relu(zeros([1], "int32")).dtype]).toEqual(["bfloat16", "float32"]);
});
