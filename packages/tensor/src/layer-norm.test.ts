import { mean, std } from "mathjs/number";
import { expect, test } from "vitest";
import { centralDifferences } from "../test/central-differences.ts";
import {
  assertAllClose,
  layerNorm,
  layerNormGradients,
  randomGenerator,
  ShapeError,
  tensor,
  toNested,
  zeros,
} from "./index.ts";

test("by hand: [1, 3] has mean 2 and variance 1", () => {
  const x = tensor([[1, 3]]);
  expect(toNested(layerNorm(x, { epsilon: 0 }))).toEqual([[-1, 1]]);
  const options = { epsilon: 3, scale: tensor([2, 4]), bias: tensor([10, 20]) }; // sqrt(1 + 3) = 2
  expect(toNested(layerNorm(x, options))).toEqual([[9, 22]]);
});

test("each row ends with mathjs mean 0 and population deviation 1, also around a large mean", () => {
  const x = randomGenerator(1).normal([4, 50], { mean: 1e6, dtype: "float64" });
  for (const row of toNested(layerNorm(x, { epsilon: 0 })) as number[][]) {
    expect(Math.abs(mean(row))).toBeLessThan(1e-9);
    expect(Math.abs((std(row, "uncorrected") as unknown as number) - 1)).toBeLessThan(1e-9);
  }
});

test("axis names the first of the axes that are normalized together", () => {
  const x = tensor([[[1, 1], [3, 3]]]); // prettier-ignore
  expect(toNested(layerNorm(x, { axis: 1, epsilon: 0 }))).toEqual([[[-1, -1], [1, 1]]]); // prettier-ignore
  expect(toNested(layerNorm(x, { axis: -1 }))).toEqual([[[0, 0], [0, 0]]]); // prettier-ignore
});

test("the gradients by input, scale and bias agree with central differences", () => {
  const random = randomGenerator(2);
  const x = random.normal([2, 3, 4], { dtype: "float64" });
  const scale = random.normal([3, 4], { dtype: "float64" });
  const bias = random.normal([1, 4], { dtype: "float64" });
  const outputGradient = random.normal([2, 3, 4], { dtype: "float64" });
  const options = { scale, bias, axis: 1, epsilon: 0.1 };
  const gradients = layerNormGradients(x, outputGradient, options);
  const close = { absolute: 1e-8 };
  const by = { input: x, scale, bias };
  assertAllClose(
    gradients.input,
    centralDifferences((input) => layerNorm(input, options), x, outputGradient),
    close,
  );
  for (const name of ["scale", "bias"] as const) {
    const expected = centralDifferences((p) => layerNorm(x, { ...options, [name]: p }), by[name], outputGradient);
    assertAllClose(gradients[name] ?? [], expected, close);
  }
});

test("parameters that were not given have no gradient", () => {
  const gradients = layerNormGradients(zeros([2, 3]), zeros([2, 3]));
  expect([gradients.scale, gradients.bias]).toEqual([null, null]);
});

test("float dtypes stay, ints give float32, nothing in gives nothing out", () => {
  expect(layerNorm(zeros([2, 2], "float16")).dtype).toBe("float16");
  expect(layerNorm(zeros([2, 2], "int32")).dtype).toBe("float32");
  expect(toNested(layerNorm(zeros([2, 0])))).toEqual([[], []]);
  expect(layerNormGradients(zeros([0, 2]), zeros([0, 2])).input.shape).toEqual([0, 2]);
});

test("what does not fit is refused", () => {
  const x = zeros([2, 3]);
  expect(() => layerNorm(x, { scale: zeros([2]) })).toThrow(ShapeError);
  expect(() => layerNorm(x, { bias: zeros([2, 3]) })).toThrow(ShapeError);
  expect(() => layerNorm(x, { axis: 2 })).toThrow("layerNorm: axis");
  expect(() => layerNorm(x, { epsilon: -1 })).toThrow(RangeError);
  expect(() => layerNorm(x, { epsilon: NaN })).toThrow(RangeError);
  expect(() => layerNormGradients(x, zeros([3, 2]))).toThrow("outputGradient must have shape [2, 3], got [3, 2]");
});
