import { expect, test } from "vitest";
import {
  assertAllClose,
  causalConvolution,
  concatenate,
  randomGenerator,
  ShapeError,
  slice,
  tensor,
  toNested,
  zeros,
} from "./index.ts";
import type { CausalConvolutionOptions } from "./index.ts";

const input = tensor([[[1, 2, 3], [4, 5, 6]]]); // prettier-ignore
const weight = tensor([[[10, 1]], [[0, 2]]]); // the first channel: ten times the input before, plus the current one

test("each channel meets its own kernel and sees only itself, now and before", () => {
  const { output, present } = causalConvolution(input, weight);
  expect(toNested(output)).toEqual([[[1, 12, 23], [8, 10, 12]]]); // prettier-ignore
  expect(toNested(present)).toEqual([[[3], [6]]]);
});

test("past stands before the first input, bias is added", () => {
  const { output } = causalConvolution(input, weight, { past: tensor([[[7], [8]]]), bias: tensor([100, 200]) });
  expect(toNested(output)).toEqual([[[171, 112, 123], [208, 210, 212]]]); // prettier-ignore
});

test("silu, also called swish, is applied last", () => {
  const one = causalConvolution(tensor([[[2]]], { dtype: "float64" }), tensor([[[1]]]), { activation: "silu" });
  assertAllClose(one.output, [[[2 / (1 + Math.exp(-2))]]]);
  const other = causalConvolution(tensor([[[2]]], { dtype: "float64" }), tensor([[[1]]]), { activation: "swish" });
  expect(toNested(other.output)).toEqual(toNested(one.output));
  expect(one.present.shape).toEqual([1, 1, 0]);
});

test("pieces, each after the present of the last, give what the whole gives", () => {
  const random = randomGenerator(1);
  const x = random.normal([2, 3, 9], { dtype: "float64" });
  const kernel = random.normal([3, 1, 4], { dtype: "float64" });
  const whole = causalConvolution(x, kernel);
  let past = zeros([2, 3, 3], "float64");
  const outputs = [[0, 2], [2, 3], [3, 9]].map(([start, end]) => {
    const piece = causalConvolution(slice(x, [null, null, [start, end]]), kernel, { past });
    past = piece.present;
    return piece.output;
  }); // prettier-ignore
  assertAllClose(concatenate(outputs, 2), whole.output, { absolute: 0, relative: 0 });
  assertAllClose(past, whole.present, { absolute: 0, relative: 0 });
});

test("an input shorter than the kernel keeps part of the past", () => {
  const { present } = causalConvolution(tensor([[[5]]]), zeros([1, 1, 4]), { past: tensor([[[1, 2, 3]]]) });
  expect(toNested(present)).toEqual([[[2, 3, 5]]]);
});

test("what does not fit is refused", () => {
  expect(() => causalConvolution(zeros([2, 3]), weight)).toThrow("input must have shape [batch, channels, length]");
  expect(() => causalConvolution(input, zeros([3, 1, 2]))).toThrow("weight must have shape [channels = 2, 1, width]");
  expect(() => causalConvolution(input, zeros([2, 1, 0]))).toThrow("a width of 1 or more");
  expect(() => causalConvolution(input, weight, { bias: zeros([3]) })).toThrow(ShapeError);
  expect(() => causalConvolution(input, weight, { past: zeros([1, 2, 2]) })).toThrow("past must have shape [1, 2, 1]");
  const odd = { activation: "relu" } as unknown as CausalConvolutionOptions;
  expect(() => causalConvolution(input, weight, odd)).toThrow('activation must be "none", "silu" or "swish", got relu');
});
