import { expect, test } from "vitest";
import { add, cast, divide, multiply, ShapeError, subtract, tensor, toNested, transpose } from "./index.ts";
import type { DType } from "./index.ts";

const column = tensor([[10], [20]]);
const row = tensor([1, 2, 4]);

test("axes of length 1 repeat", () => {
  expect(toNested(add(column, row))).toEqual([[11, 12, 14], [21, 22, 24]]); // prettier-ignore
  expect(toNested(subtract(row, column))).toEqual([[-9, -8, -6], [-19, -18, -16]]); // prettier-ignore
  expect(toNested(multiply(column, row))).toEqual([[10, 20, 40], [20, 40, 80]]); // prettier-ignore
  expect(toNested(divide(column, row))).toEqual([[10, 5, 2.5], [20, 10, 5]]); // prettier-ignore
});

test("views and scalars work as operands", () => {
  const t = tensor([[1, 2], [3, 4]]); // prettier-ignore
  expect(toNested(add(t, transpose(t)))).toEqual([[2, 5], [5, 8]]); // prettier-ignore
  expect(toNested(multiply(t, tensor(2)))).toEqual([[2, 4], [6, 8]]); // prettier-ignore
  expect(toNested(add(tensor(1), tensor(2)))).toBe(3);
});

test.each<[DType, DType, DType]>([
  ["float32", "float32", "float32"],
  ["float16", "float16", "float16"],
  ["float16", "bfloat16", "float32"],
  ["float16", "float32", "float32"],
  ["float32", "float64", "float64"],
  ["int32", "float16", "float16"],
  ["bool", "bool", "int32"],
  ["uint8", "int32", "int32"],
])("%s with %s gives %s, either way round", (a, b, expected) => {
  const [x, y] = [cast(row, a), cast(row, b)];
  expect([add(x, y).dtype, add(y, x).dtype]).toEqual([expected, expected]);
});

test("ints divide to float32 and add clamped to their range", () => {
  const [x, y] = [tensor([1], { dtype: "int32" }), tensor([4], { dtype: "int32" })];
  expect([divide(x, y).dtype, toNested(divide(x, y))]).toEqual(["float32", [0.25]]);
  const largest = tensor([2 ** 31 - 1], { dtype: "int32" });
  expect(toNested(add(largest, x))).toEqual([2 ** 31 - 1]);
  expect(toNested(add(tensor([true]), tensor([true])))).toEqual([2]);
});

test("16-bit operands are read as numbers", () => {
  expect(toNested(add(cast(row, "bfloat16"), cast(column, "bfloat16")))).toEqual([[11, 12, 14], [21, 22, 24]]); // prettier-ignore
});

test("shapes that do not broadcast are refused", () => {
  expect(() => add(row, tensor([1, 2]))).toThrow("add: shapes [3] and [2] do not broadcast");
  expect(() => divide(tensor([]), row)).toThrow(ShapeError);
});
