import { expect, test } from "vitest";
import {
  arange,
  at,
  DTypeError,
  full,
  isContiguous,
  ones,
  rank,
  scalar,
  ShapeError,
  size,
  sizeOf,
  toArray,
  toNested,
  zeros,
} from "./index.ts";
import type { DType } from "./index.ts";

test("zeros, ones, full, arange and scalar hold what they say", () => {
  expect(toNested(zeros([2, 2]))).toEqual([[0, 0], [0, 0]]); // prettier-ignore
  expect(toNested(ones([3], "int32"))).toEqual([1, 1, 1]);
  expect(toNested(full([1, 2], -0.5, "bfloat16"))).toEqual([[-0.5, -0.5]]);
  expect(toArray(arange(4, "uint8"))).toEqual([0, 1, 2, 3]);
  expect(at(scalar(7))).toBe(7);
});

test("a new tensor is frozen, row-major and float32", () => {
  const t = zeros([2, 3, 4]);
  expect(t.strides).toEqual([12, 4, 1]);
  expect([t.dtype, t.offset, rank(t), size(t), isContiguous(t)]).toEqual(["float32", 0, 3, 24, true]);
  expect([Object.isFrozen(t), Object.isFrozen(t.shape), Object.isFrozen(t.strides)]).toEqual([true, true, true]);
});

test("an axis of length 0 is allowed and holds nothing", () => {
  expect(toNested(zeros([2, 0, 3]))).toEqual([[], []]);
  expect(size(zeros([0]))).toBe(0);
  // of a shape without a tensor, e.g. of some axes: 2 × 3 × 4, none, an empty axis
  expect([sizeOf([2, 3, 4]), sizeOf([]), sizeOf([5, 0])]).toEqual([24, 1, 0]);
});

test.each([
  [[-1]],
  [[1.5]],
  [[NaN]],
  [[Infinity]],
  [[2 ** 32]],
  [[100_000, 100_000]],
  [new Array(33).fill(1)],
  [["2"]],
])("shape %j is refused before anything is allocated", (shape) => {
  expect(() => zeros(shape as number[])).toThrow(ShapeError);
});

test("a product that overflows is refused although each dimension is small", () => {
  expect(() => zeros([65_536, 65_536, 65_536, 65_536])).toThrow("zeros: at most 2147483647 elements");
});

test("an unknown dtype is refused, prototype names too", () => {
  expect(() => zeros([1], "float8" as DType)).toThrow(DTypeError);
  expect(() => zeros([1], "constructor" as DType)).toThrow("zeros: dtype must be one of float32, float64");
});

test("ints refuse what they cannot hold, floats round it", () => {
  expect(() => full([2], 1.5, "int32")).toThrow("full: int32 cannot hold 1.5");
  expect(() => full([2], 256, "uint8")).toThrow(DTypeError);
  expect(() => arange(300, "uint8")).toThrow("arange: uint8 cannot hold 299");
  expect(toArray(full([1], 2049, "float16"))).toEqual([2048]);
});
