import { slice, transpose, type Tensor } from "@fovea/tensor";
import { WeightError } from "./weight-error.ts";
import { checkWeight, findWeight, join, missingWeight, requireWeight, type WeightSource } from "./weight-source.ts";
import type { HeadNormalization, MultiHeadAttentionWeights, Projection } from "./weights.ts";

/** What models call query, key, value and the output projection. */
const separateNames: readonly (readonly [query: string, key: string, value: string, ...outputs: string[]])[] = [
  ["q_proj", "k_proj", "v_proj", "o_proj", "out_proj", "dense"], // Llama, Qwen, BART, CLIP, Whisper, Phi
  ["self.query", "self.key", "self.value", "output.dense"], // BERT, RoBERTa
  ["attention.query", "attention.key", "attention.value", "output.dense"], // ViT
  ["query", "key", "value", "output.dense", "dense", "out"],
  ["q_lin", "k_lin", "v_lin", "out_lin"], // DistilBERT
  ["q", "k", "v", "o"], // T5
];

/** Names where query, key and value are one weight, a third each. */
const fusedNames: readonly (readonly [fused: string, output: string])[] = [
  ["c_attn", "c_proj"], // GPT-2 (Conv1D: weight [in, out]), nanoGPT, minGPT (Linear: [out, in])
  ["qkv", "proj"], // timm, Swin
  ["qkv_proj", "out_proj"],
];

/** Weights of an attention layer under the names that Hugging Face models use: `q_proj, k_proj, v_proj, o_proj` and its relatives, BERT's and ViT's
 *  `query, key, value, dense`, T5's `q, k, v, o`, GPT-2's fused `c_attn, c_proj`, timm's `qkv, proj`; with `q_norm`, `k_norm` where there are
 *  some (root mean square; with a bias: layer normalization). Nothing is copied: the results are views.
 *  @param prefix what stands before the names, e.g. `"model.layers.0.self_attn"`, `"h.0.attn"`, `"encoder.layer.0.attention"`
 *  @throws {WeightError} when a weight is missing or misshapen */
export function fromHuggingFace(source: WeightSource, prefix = ""): MultiHeadAttentionWeights {
  const named = (name: string): string => join(prefix, name, ".");
  const has = (name: string): boolean => findWeight(source, named(`${name}.weight`)) !== undefined;
  const norms = {
    ...normalization(source, "queryNormalization", ["q_norm", "q_layernorm"].map(named)),
    ...normalization(source, "keyNormalization", ["k_norm", "k_layernorm"].map(named)),
  };
  for (const [query, key, value, ...outputs] of separateNames) {
    if (!has(query)) continue;
    const [q, k, v] = [query, key, value].map((name) => linear(source, [named(name)]));
    return { query: q, key: k, value: v, output: linear(source, outputs.map(named)), ...norms };
  }
  for (const [fused, output] of fusedNames) {
    if (has(fused)) return { ...fromFused(source, named(fused), named(output)), ...norms };
  }
  const names = [...separateNames.map(([query]) => query), ...fusedNames.map(([fused]) => fused)];
  throw missingWeight(
    who,
    source,
    names.map((name) => named(`${name}.weight`)),
  );
}

const who = "fromHuggingFace";

/** One of several layers, weight `[out, in]`. */
function linear(source: WeightSource, layers: readonly string[]): Projection {
  const weight = requireWeight(
    who,
    source,
    layers.map((layer) => `${layer}.weight`),
  );
  const layer = layers.find((candidate) => findWeight(source, `${candidate}.weight`)) ?? "";
  checkWeight(who, `${layer}.weight`, weight, [null, null]);
  return withBias(source, layer, transpose(weight));
}

/** @param weight `[in, out]` */
function withBias(source: WeightSource, layer: string, weight: Tensor): Projection {
  const bias = findWeight(source, `${layer}.bias`);
  if (!bias) return { weight };
  checkWeight(who, `${layer}.bias`, bias, [weight.shape[1]]);
  return { weight, bias };
}

/** Which axis is three times the other tells whether the weights are `[in, out]` or `[out, in]`; the square output weight follows. */
function fromFused(source: WeightSource, fused: string, output: string): MultiHeadAttentionWeights {
  const name = `${fused}.weight`;
  const packed = requireWeight(who, source, [name]);
  checkWeight(who, name, packed, [null, null]);
  const [rows, columns] = packed.shape as [number, number];
  const dim = Math.min(rows, columns);
  if (Math.max(rows, columns) !== 3 * dim) {
    throw new WeightError(
      `${who}: ${name} must have shape [dim, 3 × dim] or [3 × dim, dim], got [${rows}, ${columns}]. ` +
        "With fewer key heads, slice it yourself: the sizes of its parts cannot be told from it.",
      [name],
    );
  }
  const oriented = rows === dim ? packed : transpose(packed);
  const outputWeight = requireWeight(who, source, [`${output}.weight`]);
  checkWeight(who, `${output}.weight`, outputWeight, [dim, dim]);
  const whole = withBias(source, fused, oriented);
  const part = (index: number): Projection => {
    const range: [number, number] = [index * dim, (index + 1) * dim];
    return { weight: slice(whole.weight, [null, range]), ...(whole.bias && { bias: slice(whole.bias, [range]) }) };
  };
  return {
    query: part(0),
    key: part(1),
    value: part(2),
    output: withBias(source, output, rows === dim ? outputWeight : transpose(outputWeight)),
  };
}

function normalization(
  source: WeightSource,
  role: "queryNormalization" | "keyNormalization",
  layers: readonly string[],
): Partial<Record<typeof role, HeadNormalization>> {
  for (const layer of layers) {
    const scale = findWeight(source, `${layer}.weight`);
    if (!scale) continue;
    checkWeight(who, `${layer}.weight`, scale, [null]);
    const bias = findWeight(source, `${layer}.bias`);
    if (bias) checkWeight(who, `${layer}.bias`, bias, [scale.shape[0]]);
    return { [role]: bias ? { kind: "layer", scale, bias } : { kind: "rms", scale } };
  }
  return {};
}
