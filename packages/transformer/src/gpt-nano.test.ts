/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { attentionWeights, referenceBackend } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { fromHuggingFace } from "@fovea/multi-head-attention";
import {
  assertAllClose,
  reshape,
  softmax,
  stack,
  tensor,
  toArray,
  toNested,
  transpose,
  type Tensor,
} from "@fovea/tensor";
import { expect, test } from "vitest";
import { createDecoder, type DecoderWeights } from "./decoder.ts";
import { feedForward } from "./feed-forward.ts";
import { generate } from "./generate.ts";
import type { LayerResult } from "./layer.ts";
import { normalize, type Normalization } from "./normalization.ts";

/** minGPT's gpt-nano that sorts three letters, with PyTorch's value of every intermediate tensor (bbycroft/llm-viz, MIT). */
const folder = new URL("../../../../shared/data/gpt-nano-sort/", import.meta.url);
const present = existsSync(folder);
if (!present) console.warn("skipped: gpt-nano's weights are not on this machine (../shared/data/gpt-nano-sort)");

const close = { absolute: 2e-6, relative: 2e-6 };
const heads = 3;

test.skipIf(!present)("every intermediate tensor is PyTorch's", () => {
  const { partials, weights } = load();
  const decoder = createDecoder(weights, { attention: { heads } });
  const results: LayerResult[] = [];
  const session = decoder.open({ observe: (_, result) => results.push(result) });
  session.feed(toNested(partials["idx"]) as number[][]);
  const [first] = results;

  const { operations } = referenceBackend;
  assertAllClose(
    normalize(partials["x"], weights.layers[0].attentionNormalization, operations),
    partials["ln1"],
    close,
  );
  const { query, key, value, attended, output } = first.attention;
  assertAllClose(query, partials["q"], close);
  assertAllClose(key, partials["k"], close);
  assertAllClose(value, partials["v"], close);
  assertAllClose(reshape(transpose(attended, [0, 2, 1, 3]), [3, 11, 48]), partials["y"], close);
  assertAllClose(output, partials["yProj"], close);
  assertAllClose(first.attended, partials["attnResid"], close);
  for (const [stage, name] of [
    ["score", "att"],
    ["weight", "attSm"],
  ] as const) {
    const tile = (batch: number, head: number): Tensor =>
      attentionWeights(query, key, { mask: causal() }, { batch, head, stage });
    const tiles = stack([0, 1, 2].map((batch) => stack([0, 1, 2].map((head) => tile(batch, head)))));
    assertAllClose(tiles, partials[name], close);
  }

  const { feedForward: parts, feedForwardNormalization } = weights.layers[0];
  const between = normalize(first.attended, feedForwardNormalization, operations);
  assertAllClose(between, partials["ln2"], close);
  const expanded = operations.linear(between, parts.expand.weight, { bias: parts.expand.bias });
  assertAllClose(expanded, partials["fc"], close);
  assertAllClose(operations.map(expanded, parts.activation), partials["gelu"], close);
  assertAllClose(feedForward(parts, between, operations), partials["mlp"], close);
  for (const name of ["mlpResid", "block0"]) assertAllClose(first.output, partials[name], close);
  assertAllClose(results[1].output, partials["block1"], close);
  assertAllClose(results[2].output, partials["block2"], close);

  const final = normalize(results[2].output, weights.normalization!, operations);
  assertAllClose(final, partials["ln_f"], close);
  const logits = operations.linear(final, weights.head!.weight);
  assertAllClose(logits, partials["lm_head"], close);
  assertAllClose(softmax(logits), partials["probs"], close);
});

test.skipIf(!present)("letter by letter with caches gives PyTorch's logits, and sorts", async () => {
  const { partials, weights } = load();
  const decoder = createDecoder(weights, { attention: { heads } });
  const session = decoder.open();
  const ids = toNested(partials["idx"]) as number[][];
  for (let letter = 0; letter < 11; letter++) {
    const logits = session.feed(ids.map((sequence) => [sequence[letter]]));
    const expected = stack(
      [0, 1, 2].map((b) =>
        tensor(
          toArray(partials["lm_head"])
            .slice((b * 11 + letter) * 3)
            .slice(0, 3),
        ),
      ),
    );
    assertAllClose(logits, expected, close);
  }
  const sorted: number[] = [];
  for await (const token of generate(decoder.open(), [2, 0, 1, 1, 2, 0], { maximumTokens: 6 })) sorted.push(token);
  expect(sorted).toEqual([0, 0, 1, 1, 2, 2]);
});

function load(): { partials: Record<string, Tensor>; weights: DecoderWeights } {
  const [partials, source] = ["partials.json", "model.json"].map((name) => {
    const file = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Record<
      string,
      { shape?: number[]; data: string }
    >;
    const tensors = Object.entries(file).flatMap(([key, { shape, data }]) => {
      if (!shape) return [];
      return [[key, tensor(new Float32Array(Uint8Array.from(Buffer.from(data, "base64")).buffer), { shape })] as const];
    });
    return Object.fromEntries(tensors);
  }) as [Record<string, Tensor>, Record<string, Tensor>];
  const linear = (name: string) => ({ weight: transpose(source[`${name}.weight`]), bias: source[`${name}.bias`] });
  const norm = (name: string): Normalization => ({
    kind: "layer",
    scale: source[`${name}.weight`],
    bias: source[`${name}.bias`],
  });
  const layers = [0, 1, 2].map((layer) => {
    const name = `transformer.h.${layer}`;
    return {
      attention: fromHuggingFace(source, `${name}.attn`),
      attentionNormalization: norm(`${name}.ln_1`),
      feedForward: {
        expand: linear(`${name}.mlp.c_fc`),
        contract: linear(`${name}.mlp.c_proj`),
        activation: "geluTanh" as const,
      },
      feedForwardNormalization: norm(`${name}.ln_2`),
    };
  });
  const weights: DecoderWeights = {
    embedding: { tokens: source["transformer.wte.weight"], positions: source["transformer.wpe.weight"] },
    layers,
    normalization: norm("transformer.ln_f"),
    head: { weight: transpose(source["lm_head.weight"]) },
  };
  return { partials, weights };
}
