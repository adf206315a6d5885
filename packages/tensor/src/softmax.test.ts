import { expect, test } from "vitest";
import { centralDifferences } from "../test/central-differences.ts";
import { assertAllClose, logSumExp, ones, randomGenerator, scalar, ShapeError, softmax, softmaxGradient, sum, tensor, toNested, transpose, zeros } from "./index.ts"; // prettier-ignore

test("the softmax of logarithms is their numbers in proportion", () => {
  const x = tensor([[Math.log(1), Math.log(2), Math.log(5)]], { dtype: "float64" });
  assertAllClose(softmax(x), [[1 / 8, 2 / 8, 5 / 8]], { absolute: 1e-15 });
  assertAllClose(logSumExp(x), [Math.log(8)], { absolute: 1e-15 });
});

test("a common shift changes nothing, even one that exp could not take", () => {
  assertAllClose(softmax(tensor([1000, 1000])), [0.5, 0.5]);
  assertAllClose(softmax(tensor([-1000, -1000])), [0.5, 0.5]);
  assertAllClose(logSumExp(tensor([1000, 1000], { dtype: "float64" })), 1000 + Math.LN2);
});

test("rows sum to one along any axis, and a transposed view gives the transposed result", () => {
  const x = randomGenerator(1).normal([2, 3, 4], { dtype: "float64" });
  for (const axis of [0, 1, 2, -1]) {
    const totals = sum(softmax(x, axis), axis);
    assertAllClose(totals, ones(totals.shape), { absolute: 1e-14 });
  }
  assertAllClose(softmax(transpose(x), 0), transpose(softmax(x, 2)), { absolute: 0, relative: 0 });
});

test("-Infinity gets nothing; a row of only -Infinity gets zeros, not NaN", () => {
  const x = tensor([
    [0, -Infinity, 0],
    [-Infinity, -Infinity, -Infinity],
  ]);
  expect(toNested(softmax(x))).toEqual([
    [0.5, 0, 0.5],
    [0, 0, 0],
  ]);
  expect(toNested(logSumExp(x))).toEqual([Math.fround(Math.LN2), -Infinity]);
});

test("NaN and Infinity spoil their own row only", () => {
  const [first, second, third] = toNested(softmax(tensor([[0, NaN], [0, Infinity], [0, 0]]))) as number[][]; // prettier-ignore
  expect(first).toEqual([NaN, NaN]);
  expect(second).toEqual([NaN, NaN]);
  expect(third).toEqual([0.5, 0.5]);
  expect(toNested(logSumExp(tensor([[0, NaN], [0, Infinity]])))).toEqual([NaN, Infinity]); // prettier-ignore
});

test("an axis without entries has the log of an empty sum; a scalar has no axis", () => {
  expect(toNested(logSumExp(zeros([2, 0])))).toEqual([-Infinity, -Infinity]);
  expect(softmax(zeros([2, 0])).shape).toEqual([2, 0]);
  expect(() => softmax(scalar(1))).toThrow(ShapeError);
  expect(() => softmax(zeros([2]), 1)).toThrow("softmax: axis must be a whole number from -1 to 0, got 1");
});

test("float dtypes stay, ints give float32", () => {
  expect(softmax(zeros([2], "float16")).dtype).toBe("float16");
  expect(softmax(zeros([2], "int32")).dtype).toBe("float32");
});

test("the gradient agrees with central differences along any axis", () => {
  const random = randomGenerator(2);
  const x = random.normal([2, 3, 2], { dtype: "float64" });
  const outputGradient = random.normal([2, 3, 2], { dtype: "float64" });
  for (const axis of [0, 1, 2]) {
    const expected = centralDifferences((input) => softmax(input, axis), x, outputGradient);
    assertAllClose(softmaxGradient(softmax(x, axis), outputGradient, axis), expected, { absolute: 1e-9 });
  }
});
