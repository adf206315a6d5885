import { expect, test } from "vitest";
import { cast, clone, contiguous, tensor, toArray, toFloat64, readValues, transpose, write } from "./index.ts";

test("ints are cut toward zero and clamped, NaN becomes 0", () => {
  const t = tensor([1.9, -1.9, 3e9, -3e9, NaN, Infinity], { dtype: "float64" });
  expect(toArray(cast(t, "int32"))).toEqual([1, -1, 2147483647, -2147483648, 0, 2147483647]);
  expect(toArray(cast(t, "uint8"))).toEqual([1, 0, 255, 0, 0, 255]);
});

test("bool is 0 for 0 and 1 for all else, NaN too", () => {
  expect(toArray(cast(tensor([0, -0, 0.1, NaN]), "bool"))).toEqual([0, 0, 1, 1]);
});

test("casting down rounds to nearest: 0.1 in float16 is 0.0999755859375", () => {
  expect(toArray(cast(tensor([0.1], { dtype: "float64" }), "float16"))).toEqual([0.0999755859375]);
  expect(toArray(cast(tensor([0.1], { dtype: "float64" }), "bfloat16"))).toEqual([0.10009765625]);
});

test("the same dtype is the same tensor; clone has memory of its own", () => {
  const t = tensor([1, 2]);
  expect(cast(t, "float32")).toBe(t);
  const copy = clone(t);
  write(t, [0], 5);
  expect(toArray(copy)).toEqual([1, 2]);
});

test("contiguous copies only what is not row-major", () => {
  const t = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(contiguous(t)).toBe(t);
  const turned = contiguous(transpose(t));
  expect([turned.strides, toArray(turned)]).toEqual([[2, 1], [1, 3, 2, 4]]); // prettier-ignore
});

test("readValues and toFloat64 share memory where they can", () => {
  const memory = new Float64Array([1, 2]);
  expect(toFloat64(tensor(memory))).toBe(memory);
  expect(readValues(tensor(memory))).toBe(memory);
  expect(readValues(tensor([1, 2], { dtype: "float16" }))).toEqual(new Float32Array([1, 2]));
  expect(toFloat64(tensor([3], { dtype: "bfloat16" }))).toEqual(new Float64Array([3]));
});
