/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { attentionWeights } from "@fovea/dot-product-attention";
import { addPositions, embed } from "@fovea/embedding";
import {
  add,
  assertAllClose,
  cast,
  gelu,
  layerNorm,
  matmul,
  stack,
  tensor,
  transpose,
  type Tensor,
} from "@fovea/tensor";
import { expect, test } from "vitest";
import { fromHuggingFace } from "./weights/from-hugging-face.ts";
import { KeyValueCache } from "./cache/key-value-cache.ts";
import { multiHeadAttention } from "./multi-head-attention.ts";
import type { MultiHeadAttentionOptions } from "./options.ts";

/** minGPT's gpt-nano that sorts three letters, with PyTorch's value of every intermediate tensor (bbycroft/llm-viz, MIT). */
const folder = new URL("../../../../shared/data/gpt-nano-sort/", import.meta.url);
const present = existsSync(folder);
if (!present) console.warn("skipped: gpt-nano's weights are not on this machine (../shared/data/gpt-nano-sort)");

const close = { absolute: 2e-6, relative: 2e-6 };
const options = { heads: 3, mask: ({ query, key }) => key.lessEqual(query) } satisfies MultiHeadAttentionOptions;

test.skipIf(!present)("every tensor of the first layer's attention is PyTorch's", () => {
  const { partials, weights } = load();
  const layer = fromHuggingFace(weights, "transformer.h.0.attn");
  const { query, key, value, output } = multiHeadAttention(layer, partials["ln1"], options);
  assertAllClose(query, partials["q"], close);
  assertAllClose(key, partials["k"], close);
  assertAllClose(value, partials["v"], close);
  assertAllClose(output, partials["yProj"], close);
  const merged = multiHeadAttention(
    { query: layer.query, key: layer.key, value: layer.value },
    partials["ln1"],
    options,
  );
  assertAllClose(merged.output, partials["y"], close);

  const tiles = (stage: "weight" | "score"): Tensor =>
    stack(
      [0, 1, 2].map((batch) =>
        stack([0, 1, 2].map((head) => attentionWeights(query, key, { mask: options.mask }, { batch, head, stage }))),
      ),
    );
  assertAllClose(tiles("weight"), partials["attSm"], close);
  assertAllClose(tiles("score"), partials["att"], close);
  expect(partials["att"].shape).toEqual([3, 3, 11, 11]);
});

test.skipIf(!present)("three layers give PyTorch's blocks and letters, at once and letter by letter", () => {
  const { partials, weights } = load();
  const linear = (name: string, x: Tensor): Tensor =>
    add(matmul(x, transpose(weights[`${name}.weight`])), weights[`${name}.bias`]);
  const normalized = (name: string, x: Tensor): Tensor =>
    layerNorm(x, { scale: weights[`${name}.weight`], bias: weights[`${name}.bias`] });
  const run = (ids: Tensor, start: number, caches?: readonly KeyValueCache[]): Tensor[] => {
    let x = addPositions(embed(weights["transformer.wte.weight"], ids), weights["transformer.wpe.weight"], {
      positions: start,
    });
    const blocks = [0, 1, 2].map((layer) => {
      const name = `transformer.h.${layer}`;
      const cache = caches && { cache: caches[layer] };
      const attended = multiHeadAttention(fromHuggingFace(weights, `${name}.attn`), normalized(`${name}.ln_1`, x), {
        ...options,
        ...cache,
      });
      x = add(x, attended.output);
      const hidden = gelu(linear(`${name}.mlp.c_fc`, normalized(`${name}.ln_2`, x)), { approximate: "tanh" });
      x = add(x, linear(`${name}.mlp.c_proj`, hidden));
      return x;
    });
    return [...blocks, matmul(normalized("transformer.ln_f", x), transpose(weights["lm_head.weight"]))];
  };
  const ids = cast(partials["idx"], "int32");
  const names = ["block0", "block1", "block2", "lm_head"];
  const atOnce = run(ids, 0);
  for (const [i, name] of names.entries())
    assertAllClose(atOnce[i], partials[name], { absolute: 1e-5, relative: 1e-5 });

  const caches = [0, 1, 2].map(() => new KeyValueCache());
  for (let letter = 0; letter < 11; letter++) {
    const one = run(column(ids, letter), letter, caches);
    assertAllClose(one[3], column(partials["lm_head"], letter), { absolute: 1e-5, relative: 1e-5 });
  }
  for (const cache of caches) cache.dispose();
  expect(() => caches[0].length).toThrow("disposed");
});

/** Token `at` of `[batch, tokens, …]`, as a sequence of one. */
function column(x: Tensor, at: number): Tensor {
  return { ...x, shape: x.shape.with(1, 1), offset: x.offset + at * x.strides[1] };
}

function load(): { partials: Record<string, Tensor>; weights: Record<string, Tensor> } {
  const [partials, weights] = ["partials.json", "model.json"].map((name) => {
    const file = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Record<
      string,
      { shape?: number[]; data: string }
    >;
    const tensors = Object.entries(file).flatMap(([key, { shape, data }]) => {
      if (!shape) return [];
      const bytes = Uint8Array.from(Buffer.from(data, "base64")).buffer;
      return [[key, tensor(new Float32Array(bytes), { shape })] as const];
    });
    return Object.fromEntries(tensors);
  }) as [Record<string, Tensor>, Record<string, Tensor>];
  return { partials, weights };
}
