import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  at,
  cast,
  concatenateRows,
  dequantizeRows,
  DTypeError,
  isQuantized,
  quantizedTensor,
  quantizeRows,
  randomGenerator,
  ShapeError,
  sliceRows,
  tensor,
  toArray,
  toNested,
  transpose,
  zeros,
} from "./index.ts";

test("each row is rounded to multiples of its largest number / 127", () => {
  const quantized = quantizeRows(tensor([[127, -63.4, 0.6], [-2.54, 1.27, 0]])); // prettier-ignore
  expect([quantized.dtype, toNested(quantized)]).toEqual(["int8", [[127, -63, 1], [-127, 64, 0]]]); // prettier-ignore
  expect(toArray(quantized.scales)).toEqual([1, Math.fround(0.02)]);
  expect(toNested(dequantizeRows(quantized))).toEqual([[127, -63, 1], [-2.54, 1.28, 0].map(Math.fround)]);
});

test("no number is off by more than half a scale, 1 in 254 of its row's largest", () => {
  const number = fc.double({ min: -1e30, max: 1e30, noNaN: true });
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 5 }), (row) => {
      const quantized = quantizeRows(tensor(row, { dtype: "float64" }));
      const scale = at(quantized.scales);
      const largest = Math.max(...row.map(Math.abs));
      // the scale has float32's digits, and 1e-36 is where those end
      for (const [i, value] of row.entries()) {
        const off = Math.abs(at(quantized, i) * scale - value);
        expect(off).toBeLessThanOrEqual(scale * 0.50001 + 1e-36);
        expect(off).toBeLessThanOrEqual((largest / 254) * 1.00001 + 1e-36);
      }
    }),
  );
});

test("rows of zeros, of NaN and of infinities keep to themselves", () => {
  const quantized = quantizeRows(tensor([0, 0, 1, NaN, Infinity, 1, 4, 4], { shape: [4, 2] }));
  expect(at(quantized.scales, 0)).toBe(1);
  expect(toArray(dequantizeRows(quantized))).toEqual([0, 0, NaN, NaN, NaN, NaN, 4, 4]);
});

test("views, shorter floats and quantized tensors are read as they are", () => {
  const x = randomGenerator(1).normal([3, 4]);
  const turned = quantizeRows(transpose(x));
  expect([turned.shape, turned.scales.shape]).toEqual([[4, 3], [4]]);
  expect(toArray(turned)).toEqual(toArray(quantizeRows(tensor(toNested(transpose(x))))));
  expect(toArray(quantizeRows(cast(tensor([1, 2]), "bfloat16")))).toEqual([64, 127]);
  expect(quantizeRows(turned)).toBe(turned);
  expect(quantizeRows(zeros([2, 0])).scales.shape).toEqual([2]);
  expect(() => quantizeRows(tensor(3))).toThrow("expected at least one axis, got a scalar");
});

test("slices and joins take the scales along", () => {
  const x = quantizeRows(randomGenerator(2).normal([2, 5, 4]));
  const [head, tail] = [sliceRows(x, [null, [0, 2]]), sliceRows(x, [null, [2, 5]])];
  expect(head.scales.shape).toEqual([2, 2]);
  expect(head.data).toBe(x.data);
  const joined = concatenateRows([head, tail], 1);
  expect(toArray(dequantizeRows(joined))).toEqual(toArray(dequantizeRows(x)));
  expect(isQuantized(sliceRows(zeros([2, 2]), [0]))).toBe(false);
  expect(concatenateRows([zeros([1]), zeros([2])], 0).shape).toEqual([3]);
});

test("what does not belong together is refused", () => {
  const x = quantizeRows(zeros([2, 3]));
  expect(() => sliceRows(x, [null, [0, 2]])).toThrow("rows are taken whole");
  expect(() => concatenateRows([x, zeros([2, 3], "int8")], 0)).toThrow(DTypeError);
  expect(() => quantizedTensor(zeros([2, 3], "int8"), zeros([3]))).toThrow(ShapeError);
  expect(() => quantizedTensor(zeros([2, 3], "int8"), zeros([2, 1]))).toThrow(
    "one scale per row of [2, 3], got [2, 1]",
  );
  expect(() => quantizedTensor(zeros([], "int8"), zeros([]))).toThrow(ShapeError);
  expect(() => quantizedTensor(zeros([2, 3]), zeros([2]))).toThrow(
    "multiples of int8 and scales of float32, got float32",
  );
  expect(() => quantizedTensor(zeros([2, 3], "int8"), zeros([2], "float16"))).toThrow(DTypeError);
});
