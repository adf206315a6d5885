import { expect, test } from "vitest";
import { centralDifferences } from "../test/central-differences.ts";
import {
  assertAllClose,
  randomGenerator,
  rmsNorm,
  rmsNormGradients,
  ShapeError,
  tensor,
  toNested,
  zeros,
} from "./index.ts";

test("by hand: [1, 7] has mean square 25", () => {
  const x = tensor([[1, 7]], { dtype: "float64" });
  expect(toNested(rmsNorm(x, { epsilon: 0 }))).toEqual([[0.2, 1.4]]);
  assertAllClose(rmsNorm(x, { epsilon: 75, scale: tensor([10, 20]) }), [[1, 14]]); // sqrt(25 + 75) = 10
});

test("axis names the first of the axes that are normalized together", () => {
  const x = tensor([[[1, 7], [7, 1]]], { dtype: "float64" }); // prettier-ignore
  assertAllClose(rmsNorm(x, { axis: 1, epsilon: 0 }), [[[0.2, 1.4], [1.4, 0.2]]]); // prettier-ignore
});

test("the gradients by input and scale agree with central differences", () => {
  const random = randomGenerator(3);
  const x = random.normal([3, 2, 4], { dtype: "float64" });
  const scale = random.normal([4], { dtype: "float64" });
  const outputGradient = random.normal([3, 2, 4], { dtype: "float64" });
  const options = { scale, axis: 1, epsilon: 0.1 };
  const gradients = rmsNormGradients(x, outputGradient, options);
  const close = { absolute: 1e-8 };
  assertAllClose(
    gradients.input,
    centralDifferences((input) => rmsNorm(input, options), x, outputGradient),
    close,
  );
  const byScale = centralDifferences((p) => rmsNorm(x, { ...options, scale: p }), scale, outputGradient);
  assertAllClose(gradients.scale ?? [], byScale, close);
  expect(rmsNormGradients(x, outputGradient).scale).toBeNull();
});

test("what does not fit is refused", () => {
  expect(() => rmsNorm(zeros([2, 3]), { scale: zeros([2]) })).toThrow(ShapeError);
  expect(() => rmsNorm(zeros([]))).toThrow("rmsNorm: a scalar has no axes");
});
