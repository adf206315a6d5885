import { assertAllClose, concatenate, matmul, multiply, randomGenerator, slice, tensor, toArray } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { AttentionError } from "./attention-error.ts";
import { linearAttention } from "./linear-attention.ts";
import { randomOperands, repeatHeads, tokens } from "./testing/random-operands.ts";

const one = (rows: number[][]): Tensor => tensor([[rows]], { dtype: "float64" });
const tight = { absolute: 1e-12, relative: 1e-12 };
const { query, key, value } = randomOperands(1, { queries: 5, keys: 5 });
const random = randomGenerator(2);
const decay = random.uniform([2, 2, 5, 3], { low: -1, high: 0, dtype: "float64" });
const beta = random.uniform([2, 2, 5], { low: 0, high: 1, dtype: "float64" });

test("linear, by hand: the state sums key ⊗ value and a query reads it", () => {
  const { output, state } = linearAttention(one([[1], [1]]), one([[2], [3]]), one([[5], [7]]), { scale: 1 });
  expect(toArray(output)).toEqual([10, 31]);
  expect(toArray(state)).toEqual([31]);
});

test("gated, by hand: a decay of log ½ halves what was there", () => {
  const half = tensor([[[0, Math.log(0.5)]]], { dtype: "float64" });
  const { output } = linearAttention(one([[1], [1]]), one([[2], [3]]), one([[5], [7]]), { scale: 1, decay: half });
  expect(toArray(output)).toEqual([10, 26]);
});

test("delta, by hand: a full correction of a unit key replaces what it recalls", () => {
  const full = tensor([[[1, 1]]], { dtype: "float64" });
  const { output } = linearAttention(one([[1], [1]]), one([[1], [1]]), one([[5], [7]]), { scale: 1, beta: full });
  expect(toArray(output)).toEqual([5, 7]);
});

test("gated delta, by hand: it forgets before it corrects", () => {
  // S1 = 4; forget: 2; write ½ (10 - 2) = 4: S2 = 6
  const options = { scale: 1, beta: tensor([[[1, 0.5]]]), decay: tensor([[[0, Math.log(0.5)]]], { dtype: "float64" }) };
  const { output } = linearAttention(one([[1], [1]]), one([[1], [1]]), one([[4], [10]]), options);
  expect(toArray(output)).toEqual([4, 6]);
});

test("linear attention is causal attention with the scores themselves as weights", () => {
  const lower = tensor(
    [0, 1, 2, 3, 4].map((q) => [0, 1, 2, 3, 4].map((k) => (k <= q ? 1 / Math.sqrt(3) : 0))),
    {
      dtype: "float64",
    },
  );
  const scores = multiply(matmul(query, repeatHeads(key), { transposeB: true }), lower);
  assertAllClose(linearAttention(query, key, value).output, matmul(scores, repeatHeads(value)), tight);
});

test("tokens in two calls, the state passed on, are the same as in one", () => {
  const whole = linearAttention(query, key, value, { decay, beta });
  const run = (from: number, to: number, state?: Tensor): ReturnType<typeof linearAttention> =>
    linearAttention(tokens(query, from, to), tokens(key, from, to), tokens(value, from, to), {
      decay: tokens(decay, from, to),
      beta: tokens(beta, from, to),
      state,
    });
  const first = run(0, 2);
  const second = run(2, 5, first.state);
  expect(toArray(concatenate([first.output, second.output], 2))).toEqual(toArray(whole.output));
  expect(toArray(second.state)).toEqual(toArray(whole.state));
});

test("one beta for all heads, one decay for all features", () => {
  const sharedBeta = slice(beta, [null, [0, 1]]);
  const sharedDecay = slice(decay, [null, null, null, 0]);
  const repeated = {
    beta: concatenate([sharedBeta, sharedBeta], 1),
    decay: concatenate(
      [0, 0, 0].map(() => slice(decay, [null, null, null, [0, 1]])),
      3,
    ),
  };
  expect(linearAttention(query, key, value, { beta: sharedBeta, decay: sharedDecay })).toEqual(
    linearAttention(query, key, value, repeated),
  );
});

test("a state given is not written to", () => {
  const state = random.normal([2, 2, 3, 7], { dtype: "float64" });
  const before = toArray(state);
  linearAttention(query, key, value, { state });
  expect(toArray(state)).toEqual(before);
});

test("wrong shapes and scales are refused", () => {
  expect(() => linearAttention(slice(query, [null, null, [0, 4]]), key, value)).toThrow("4 queries and 5 keys");
  expect(() => linearAttention(query, key, value, { beta: decay })).toThrow(
    "expected beta [2, 2, 5] or [2, 1, 5], got",
  );
  expect(() => linearAttention(query, key, value, { decay: slice(decay, [[0, 1]]) })).toThrow(
    "expected decay [2, 2, 5] or",
  );
  expect(() => linearAttention(query, key, value, { state: value })).toThrow("expected state [2, 2, 3, 7]");
  expect(() => linearAttention(query, key, value, { scale: NaN })).toThrow(AttentionError);
});
