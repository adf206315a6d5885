import { expect, test } from "vitest";
import { DTypeError, map, tensor, toNested, transpose } from "./index.ts";
import type { DType } from "./index.ts";

test("map computes in float64 and keeps float dtypes", () => {
  const t = tensor([[1, 2], [3, 4]], { dtype: "float16" }); // prettier-ignore
  const squares = map(transpose(t), (x) => x * x);
  expect([squares.dtype, toNested(squares)]).toEqual(["float16", [[1, 9], [4, 16]]]); // prettier-ignore
});

test("ints give float32 unless another dtype is asked for", () => {
  const t = tensor([1, 2], { dtype: "int32" });
  expect(toNested(map(t, (x) => x / 2))).toEqual([0.5, 1]);
  expect(map(t, (x) => x / 2, "int32").dtype).toBe("int32");
  expect(() => map(t, (x) => x, "int64" as DType)).toThrow(DTypeError);
});
