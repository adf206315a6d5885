import { erf, evaluate } from "mathjs/number";
import { expect, test } from "vitest";
import { centralDifferences } from "../test/central-differences.ts";
import {
  arange,
  assertAllClose,
  divide,
  gelu,
  geluGradient,
  randomGenerator,
  subtract,
  tensor,
  toArray,
  toNested,
} from "./index.ts";
import type { GeluOptions } from "./index.ts";

const points = divide(subtract(arange(41, "float64"), tensor(20)), tensor(4)); // -5, -4.75, …, 5

test("the exact form is x (1 + erf(x / √2)) / 2", () => {
  const expected = toArray(points).map((x) => (x * (1 + erf(x / Math.SQRT2))) / 2);
  assertAllClose(gelu(points), expected, { absolute: 1e-15, relative: 0 });
});

test("the approximate form is GPT-2's", () => {
  const formula = "0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ^ 3)))";
  const expected = toArray(points).map((x): number => evaluate(formula, { x }));
  assertAllClose(gelu(points, { approximate: "tanh" }), expected, { absolute: 1e-15, relative: 0 });
});

test("far below zero the exact form keeps its digits: x Φ(x) at -10 is -7.619853024160526e-23", () => {
  // Φ(-10) = 7.619853024160526e-24, Marsaglia 2004, "Evaluating the normal distribution"
  assertAllClose(gelu(tensor([-10], { dtype: "float64" })), [-7.619853024160526e-23], { absolute: 0, relative: 1e-14 });
});

test.each<GeluOptions>([{}, { approximate: "tanh" }])(
  "the gradient with %j agrees with central differences",
  (options) => {
    const random = randomGenerator(1);
    const x = random.normal([3, 5], { standardDeviation: 2, dtype: "float64" });
    const outputGradient = random.normal([3, 5], { dtype: "float64" });
    const expected = centralDifferences((input) => gelu(input, options), x, outputGradient);
    assertAllClose(geluGradient(x, outputGradient, options), expected, { absolute: 1e-9 });
  },
);

test.each<GeluOptions>([{}, { approximate: "tanh" }])("with %j the infinities give the limits", (options) => {
  const ends = tensor([-Infinity, Infinity]);
  expect(toNested(gelu(ends, options))).toEqual([0, Infinity]);
  expect(toNested(geluGradient(ends, tensor([1, 1]), options))).toEqual([0, 1]);
});

test("another approximation is refused", () => {
  expect(() => gelu(points, { approximate: "fast" } as unknown as GeluOptions)).toThrow('must be "none" or "tanh"');
});
