import { assertAllClose, clone, concatenate, randomGenerator, transpose, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { fromHuggingFace } from "./from-hugging-face.ts";
import { multiHeadAttention } from "../multi-head-attention.ts";
import { naiveMultiHeadAttention } from "../naive.test-support.ts";
import { WeightError } from "./weight-error.ts";
import type { MultiHeadAttentionWeights, Projection } from "./weights.ts";

const random = randomGenerator(5);
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float64" });
const linear = (from: number, to: number): Projection => ({ weight: normal(from, to), bias: normal(to) });
const grouped: MultiHeadAttentionWeights = {
  query: linear(6, 8),
  key: linear(6, 4),
  value: linear(6, 4),
  output: linear(8, 6),
};
const square: MultiHeadAttentionWeights = {
  query: linear(6, 6),
  key: linear(6, 6),
  value: linear(6, 6),
  output: linear(6, 6),
};
const x = normal(1, 4, 6);
const heads = 2;

/** A Linear layer as PyTorch saves it, `[out, in]`. */
const saved = (name: string, { weight, bias }: Projection): Record<string, Tensor> => ({
  [`${name}.weight`]: clone(transpose(weight)),
  ...(bias && { [`${name}.bias`]: bias }),
});
const savedUnder = (prefix: string, names: readonly [string, string, string, string]): Record<string, Tensor> =>
  Object.assign(
    {},
    ...(["query", "key", "value", "output"] as const).map((role, i) => saved(prefix + names[i], grouped[role]!)),
  ) as Record<string, Tensor>;

test.each([
  ["Llama", "model.layers.0.self_attn", ["q_proj", "k_proj", "v_proj", "o_proj"]],
  ["BART, Whisper", "decoder.layers.0.encoder_attn", ["q_proj", "k_proj", "v_proj", "out_proj"]],
  ["Phi", "model.layers.0.self_attn", ["q_proj", "k_proj", "v_proj", "dense"]],
  ["BERT", "bert.encoder.layer.0.attention", ["self.query", "self.key", "self.value", "output.dense"]],
  ["ViT", "vit.encoder.layer.0.attention", ["attention.query", "attention.key", "attention.value", "output.dense"]],
  ["DistilBERT", "distilbert.transformer.layer.0.attention", ["q_lin", "k_lin", "v_lin", "out_lin"]],
  ["T5", "encoder.block.0.layer.0.SelfAttention", ["q", "k", "v", "o"]],
] as const)("finds the weights of %s", (_model, prefix, names) => {
  const weights = fromHuggingFace({ ...savedUnder(`${prefix}.`, names), "lm_head.weight": normal(2, 2) }, prefix);
  const { output } = multiHeadAttention(weights, x, { heads });
  assertAllClose(output, naiveMultiHeadAttention(grouped, x, { heads }), { absolute: 1e-10 });
});

test("GPT-2's fused Conv1D weights are [in, out], minGPT's Linear ones [out, in]", () => {
  const fused = concatenate([square.query.weight, square.key.weight, square.value.weight], 1);
  const bias = concatenate([square.query.bias!, square.key.bias!, square.value.bias!], 0);
  const gpt2 = {
    "h.0.attn.c_attn.weight": fused,
    "h.0.attn.c_attn.bias": bias,
    "h.0.attn.c_proj.weight": square.output!.weight,
    "h.0.attn.c_proj.bias": square.output!.bias!,
  };
  const minGpt = {
    ...gpt2,
    "h.0.attn.c_attn.weight": clone(transpose(fused)),
    "h.0.attn.c_proj.weight": clone(transpose(square.output!.weight)),
  };
  for (const source of [gpt2, minGpt]) {
    const { output } = multiHeadAttention(fromHuggingFace(source, "h.0.attn"), x, { heads });
    assertAllClose(output, naiveMultiHeadAttention(square, x, { heads }), { absolute: 1e-10 });
  }
});

test("query and key normalizations come along", () => {
  const names = savedUnder("", ["q_proj", "k_proj", "v_proj", "o_proj"]);
  const [scale, bias] = [normal(4), normal(4)];
  const qwen = fromHuggingFace({ ...names, "q_norm.weight": scale, "k_norm.weight": scale });
  expect(qwen.queryNormalization).toEqual({ kind: "rms", scale });
  expect(qwen.keyNormalization).toEqual({ kind: "rms", scale });
  const phi = fromHuggingFace({ ...names, "k_layernorm.weight": scale, "k_layernorm.bias": bias });
  expect(phi.queryNormalization).toBeUndefined();
  expect(phi.keyNormalization).toEqual({ kind: "layer", scale, bias });
});

test("a missing weight is named, with what looks like it", () => {
  const { "layers.0.self_attn.o_proj.weight": _output, ...source } = savedUnder("layers.0.self_attn.", [
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
  ]);
  expect(() => fromHuggingFace(source, "layers.0.self_attn")).toThrow(
    "named layers.0.self_attn.o_proj.weight or layers.0.self_attn.out_proj.weight",
  );
  expect(() => fromHuggingFace(source, "layers.1.self_attn")).toThrow(WeightError);
  expect(() => fromHuggingFace(source, "layers.1.self_attn")).toThrow("Near names: layers.0.self_attn.q_proj.weight");
});

test("misshapen weights are refused", () => {
  const source = savedUnder("", ["q", "k", "v", "o"]);
  expect(() => fromHuggingFace({ ...source, "q.bias": normal(7) })).toThrow("q.bias must have shape [8], got [7]");
  expect(() => fromHuggingFace({ ...source, "v.weight": normal(4) })).toThrow(
    "v.weight must have shape [any, any], got [4]",
  );
  expect(() => fromHuggingFace({ "qkv.weight": normal(16, 8), "proj.weight": normal(8, 8) })).toThrow(
    "[dim, 3 × dim] or [3 × dim, dim], got [16, 8]",
  );
  expect(() => fromHuggingFace({ "qkv.weight": normal(24, 8), "proj.weight": normal(8, 7) })).toThrow(
    "proj.weight must have shape [8, 8]",
  );
});
