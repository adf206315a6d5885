import { assertAllClose, clone, concatenate, randomGenerator, transpose, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { fromPyTorch } from "./from-pytorch.ts";
import { multiHeadAttention } from "../multi-head-attention.ts";
import { naiveMultiHeadAttention } from "../naive.test-support.ts";
import { WeightError } from "./weight-error.ts";
import type { MultiHeadAttentionWeights, Projection } from "./weights.ts";

const random = randomGenerator(3);
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float64" });
const linear = (from: number, to: number): Projection => ({ weight: normal(from, to), bias: normal(to) });
const ours: MultiHeadAttentionWeights = {
  query: linear(6, 6),
  key: linear(6, 6),
  value: linear(6, 6),
  output: linear(6, 6),
};
/** PyTorch's Linear computes `x · weightᵀ + bias`. */
const theirs = ({ weight }: Projection): Tensor => clone(transpose(weight));
const source = {
  "layer.self_attn.in_proj_weight": concatenate([theirs(ours.query), theirs(ours.key), theirs(ours.value)], 0),
  "layer.self_attn.in_proj_bias": concatenate([ours.query.bias!, ours.key.bias!, ours.value.bias!], 0),
  "layer.self_attn.out_proj.weight": theirs(ours.output!),
  "layer.self_attn.out_proj.bias": ours.output!.bias!,
};
const x = normal(1, 4, 6);

test("packed input weights are query, key and value one after another", () => {
  const { output } = multiHeadAttention(fromPyTorch(source, "layer.self_attn"), x, { heads: 2 });
  assertAllClose(output, naiveMultiHeadAttention(ours, x, { heads: 2 }), { absolute: 1e-10 });
  const fromMap = fromPyTorch(new Map(Object.entries(source)), "layer.self_attn.");
  assertAllClose(fromMap.value.weight, ours.value.weight);
});

test("nothing is copied", () => {
  expect(fromPyTorch(source, "layer.self_attn").value.weight.data).toBe(source["layer.self_attn.in_proj_weight"].data);
});

test("separate weights let key and value have sizes of their own", () => {
  const weights = {
    ...ours,
    key: { weight: normal(5, 6) },
    value: { weight: normal(3, 6) },
    query: { weight: normal(6, 6) },
  };
  const separate = {
    q_proj_weight: theirs(weights.query),
    k_proj_weight: theirs(weights.key),
    v_proj_weight: theirs(weights.value),
    "out_proj.weight": theirs(weights.output!),
    "out_proj.bias": weights.output!.bias!,
  };
  const inputs = { heads: 3, key: normal(1, 2, 5), value: normal(1, 2, 3) };
  const { output } = multiHeadAttention(fromPyTorch(separate), x, inputs);
  assertAllClose(output, naiveMultiHeadAttention(weights, x, inputs), { absolute: 1e-10 });
});

test("a missing weight is named, with what looks like it", () => {
  expect(() => fromPyTorch(source, "layer.selfattn")).toThrow(WeightError);
  expect(() => fromPyTorch(source, "layer.selfattn")).toThrow(
    "expected a weight named layer.selfattn.out_proj.weight, got none. Near names: layer.self_attn.out_proj.weight",
  );
  expect(() => fromPyTorch({}, "")).toThrow("None of the 0 names is like it.");
  const { "layer.self_attn.in_proj_weight": _packed, ...rest } = source;
  expect(() => fromPyTorch(rest, "layer.self_attn")).toThrow(
    expect.objectContaining({
      lookedFor: ["layer.self_attn.in_proj_weight", "layer.self_attn.q_proj_weight"],
      near: expect.arrayContaining(["layer.self_attn.in_proj_bias"]) as unknown,
    }),
  );
});

const load = (changed: Record<string, Tensor>): unknown => fromPyTorch({ ...source, ...changed }, "layer.self_attn");

test("misshapen weights and learned extra keys are refused", () => {
  expect(() => load({ "layer.self_attn.in_proj_weight": normal(12, 6) })).toThrow(
    "must have shape [18, any], got [12, 6]",
  );
  expect(() => load({ "layer.self_attn.in_proj_bias": normal(6) })).toThrow(
    "in_proj_bias must have shape [18], got [6]",
  );
  expect(() => load({ "layer.self_attn.out_proj.weight": normal(6) })).toThrow(WeightError);
  expect(() => load({ "layer.self_attn.bias_k": normal(1, 1, 6) })).toThrow("add_bias_kv");
});

test("names of Object's own are not weights", () => {
  expect(() => fromPyTorch({}, "constructor")).toThrow(WeightError);
  expect(() => fromPyTorch(Object.create({ "out_proj.weight": normal(6, 6) }) as Record<string, Tensor>)).toThrow(
    WeightError,
  );
});
