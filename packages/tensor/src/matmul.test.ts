import * as fc from "fast-check";
import { multiply } from "mathjs";
import { expect, test } from "vitest";
import { assertAllClose, broadcastTo, cast, matmul, randomGenerator, reshape, ShapeError, slice, tensor, toNested, transpose, zeros } from "./index.ts"; // prettier-ignore
import type { Tensor } from "./index.ts";

test("three rows by two columns, by hand", () => {
  const a = tensor([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
  const b = tensor([[1, 0, 2], [0, 1, 3]]); // prettier-ignore
  expect(toNested(matmul(a, b))).toEqual([[1, 2, 8], [3, 4, 18], [5, 6, 28]]); // prettier-ignore
});

test("agrees with mathjs for every mix of sizes, transposes and layouts", () => {
  const size = fc.integer({ min: 1, max: 11 });
  fc.assert(
    fc.property(size, size, size, fc.boolean(), fc.boolean(), fc.integer(), (rows, inner, columns, ta, tb, seed) => {
      const random = randomGenerator(seed);
      const a = random.normal([rows, inner], { dtype: "float64" });
      const b = random.normal([inner, columns], { dtype: "float64" });
      const expected = multiply(toNested(a) as number[][], toNested(b) as number[][]);
      const product = matmul(ta ? transpose(a) : a, tb ? transpose(b) : b, { transposeA: ta, transposeB: tb });
      assertAllClose(product, expected, { absolute: 1e-12, relative: 1e-12 });
    }),
  );
});

test("leading axes broadcast: each batch is its own product", () => {
  const random = randomGenerator(4);
  const a = random.normal([2, 1, 5, 3]);
  const b = random.normal([4, 3, 6]);
  const product = matmul(a, b);
  expect(product.shape).toEqual([2, 4, 5, 6]);
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 4; j++) {
      const expected = multiply(toNested(slice(a, [i, 0])) as number[][], toNested(slice(b, [j])) as number[][]);
      assertAllClose(slice(product, [i, j]), expected, { absolute: 1e-6, relative: 1e-6 });
    }
  }
});

test("one matrix on the right serves a whole batch, also a transposed or repeated one", () => {
  const random = randomGenerator(5);
  const a = random.normal([3, 5, 4]);
  const b = random.normal([4, 7]);
  const each = (left: Tensor): void =>
    assertAllClose(matmul(left, b), matmul(left, broadcastTo(b, [left.shape[0], 4, 7])), { absolute: 0, relative: 0 });
  each(a);
  each(transpose(random.normal([5, 3, 4]), [1, 0, 2]));
  each(broadcastTo(slice(a, [[0, 1]]), [6, 5, 4]));
});

test("more rows than are packed at a time", () => {
  const random = randomGenerator(6);
  const a = random.normal([259, 5], { dtype: "float64" });
  const b = random.normal([5, 6], { dtype: "float64" });
  const expected = multiply(toNested(a) as number[][], toNested(b) as number[][]);
  assertAllClose(matmul(a, b), expected, { absolute: 1e-12, relative: 1e-12 });
});

test("sums are float64: what cancels in float32 is kept", () => {
  const a = tensor([[1e8, 1, -1e8]]);
  const b = tensor([[1], [1], [1]]);
  expect(toNested(matmul(a, b))).toEqual([[1]]);
});

test("the result is float64 when an operand is, else float32", () => {
  const a = tensor([[2, 3]]);
  const b = tensor([[4], [5]]);
  expect(matmul(a, b).dtype).toBe("float32");
  expect(matmul(cast(a, "float64"), b).dtype).toBe("float64");
  for (const dtype of ["float16", "bfloat16", "int32", "uint8"] as const) {
    const product = matmul(cast(a, dtype), transpose(cast(transpose(b), dtype)));
    expect([product.dtype, toNested(product)]).toEqual(["float32", [[23]]]);
  }
});

test("an empty inner axis sums to zero, empty rows and batches give nothing", () => {
  expect(toNested(matmul(zeros([2, 0]), zeros([0, 2])))).toEqual([[0, 0], [0, 0]]); // prettier-ignore
  expect(toNested(matmul(zeros([2, 1, 0]), zeros([0, 2])))).toEqual([[[0, 0]], [[0, 0]]]);
  expect(matmul(zeros([0, 3]), zeros([3, 2])).shape).toEqual([0, 2]);
  expect(matmul(zeros([0, 2, 3]), zeros([1, 3, 2])).shape).toEqual([0, 2, 2]);
});

test("NaN and Infinity reach exactly the rows and columns they stand in", () => {
  const a = tensor([[1, NaN], [1, 1], [0, 1]]); // prettier-ignore
  const b = tensor([[1, Infinity], [1, 1]]); // prettier-ignore
  expect(toNested(matmul(a, b))).toEqual([[NaN, NaN], [2, Infinity], [1, NaN]]); // prettier-ignore
});

test("what does not fit is refused with both shapes", () => {
  expect(() => matmul(zeros([2, 3]), zeros([2, 3]))).toThrow("inner sizes must be equal, got [2, 3] and [2, 3]");
  expect(() => matmul(zeros([3]), zeros([3, 2]))).toThrow("a must have rank 2 or more, got shape [3]");
  expect(() => matmul(zeros([2, 2, 3]), zeros([3, 3, 2]))).toThrow(ShapeError);
  const wide = broadcastTo(zeros([1, 1]), [60_000, 1]);
  expect(() => matmul(wide, reshape(wide, [1, 60_000]))).toThrow(ShapeError);
});
