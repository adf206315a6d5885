import { expect, test } from "vitest";
import { argmax, max, mean, ShapeError, sum, sumTo, tensor, toNested, transpose, zeros } from "./index.ts";

const t = tensor([[1, 5, 3], [4, 2, 6]]); // prettier-ignore

test("sum, mean, max and argmax along an axis", () => {
  expect(toNested(sum(t, 0))).toEqual([5, 7, 9]);
  expect(toNested(sum(t, -1))).toEqual([9, 12]);
  expect(toNested(mean(t, 1))).toEqual([3, 4]);
  expect(toNested(max(t, 0))).toEqual([4, 5, 6]);
  expect(toNested(argmax(t, 0))).toEqual([1, 0, 1]);
  expect(toNested(argmax(transpose(t), 0))).toEqual([1, 2]);
});

test("without an axis everything is one row", () => {
  expect([toNested(sum(t)), toNested(mean(t)), toNested(max(t)), toNested(argmax(t))]).toEqual([21, 3.5, 6, 5]);
  expect(toNested(argmax(transpose(t)))).toBe(5);
  expect(toNested(sum(tensor(4)))).toBe(4);
});

test("keepDims keeps the axis with length 1", () => {
  expect(toNested(sum(t, 1, { keepDims: true }))).toEqual([[9], [12]]);
});

test("dtypes: floats stay, int sums are exact in float64, max keeps ints, argmax is int32", () => {
  const ints = tensor([2 ** 31 - 1, 2 ** 31 - 1], { dtype: "int32" });
  expect([sum(ints).dtype, toNested(sum(ints))]).toEqual(["float64", 2 ** 32 - 2]);
  expect([sum(t).dtype, max(ints).dtype, argmax(t).dtype]).toEqual(["float32", "int32", "int32"]);
  expect(toNested(mean(tensor([true, false])))).toBe(0.5);
});

test("NaN is the maximum, and the first of equal ones is where it is", () => {
  expect(toNested(max(tensor([1, NaN, 3])))).toBeNaN();
  expect(toNested(argmax(tensor([1, NaN, 3])))).toBe(1);
  expect(toNested(argmax(tensor([2, 7, 7])))).toBe(1);
  expect(toNested(max(tensor([-Infinity, -Infinity])))).toBe(-Infinity);
});

test("an empty sum is 0; an empty mean or maximum is refused", () => {
  expect(toNested(sum(zeros([2, 0]), 1))).toEqual([0, 0]);
  expect(() => max(zeros([2, 0]), 1)).toThrow("max: expected at least one element to look at, got shape [2, 0].");
  expect(() => mean(zeros([0]))).toThrow(ShapeError);
  expect(() => argmax(zeros([0]))).toThrow(ShapeError);
  expect(() => sum(t, 2)).toThrow("sum: axis must be a whole number from -2 to 1, got 2");
});

test("sumTo sums over what broadcastTo repeats", () => {
  expect(toNested(sumTo(t, [3]))).toEqual([5, 7, 9]);
  expect(toNested(sumTo(t, [2, 1]))).toEqual([[9], [12]]);
  expect(toNested(sumTo(t, []))).toBe(21);
  expect(toNested(sumTo(t, [2, 3]))).toEqual(toNested(t));
  expect(() => sumTo(t, [2])).toThrow("sumTo: expected a shape that repeats to [2, 3], got [2].");
  expect(() => sumTo(t, [1, 2, 3])).toThrow(ShapeError);
});
