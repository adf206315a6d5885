import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { causal, documents } from "@fovea/masking";
import { trace } from "@fovea/program";
import { chain, relativeBias } from "@fovea/scoring";
import { tensor as plain } from "@fovea/tensor";
import { io, tensor, tidy, type Tensor } from "@tensorflow/tfjs-core";
import {
  input,
  loadLayersModel,
  model,
  sequential,
  type LayersModel,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { describe, expect, test } from "vitest";
import {
  GroupedQueryAttention,
  MultiHeadAttention,
  PatchEmbedding,
  RMSNormalization,
  SelfAttention,
  TokenAndPositionEmbedding,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
} from "../layers.ts";
import { artifactsOf } from "../testing/artifacts-of.ts";
import { normals, toTf } from "../testing/convert.ts";
import { useBackend } from "../testing/use-backend.ts";

const normal = normals(12);

/** Names, numbers and types that a careless config would change on its way. */
const awkward = trace(({ score, head, key, query, table, select }) => {
  const bias = table("A_bC2", plain([0.1, -0, Infinity, 1e-7])).at(key.subtract(query).absolute().minimum(3));
  return select(head.equal(0).and(table("isOn_", [true, false]).at(1)), bias, score);
});

/** Every layer, in one model of tokens and pictures. */
function everything(): LayersModel {
  const tokens = input({ shape: [6] });
  const picture = input({ shape: [8, 8, 1] });
  const embedding = { vocabularySize: 9, sequenceLength: 6, embeddingDim: 8, maskZero: true };
  let x = new TokenAndPositionEmbedding(embedding).apply(tokens) as SymbolicTensor;
  x = new TransformerEncoderLayer({
    numHeads: 2,
    intermediateDim: 12,
    activation: "gelu",
    normalization: "rms",
    normalizeFirst: true,
    score: chain(relativeBias({ table: normal([2, 5]) }), awkward),
    learnedTables: ["bias", "A_bC2"],
    rotary: true,
  }).apply(x) as SymbolicTensor;
  let y = new PatchEmbedding({ patchSize: 4, embeddingDim: 8, classToken: true }).apply(picture) as SymbolicTensor;
  y = new SelfAttention({ dModel: 8, numHeads: 2, normalizer: "softmaxWithSink" }).apply(y) as SymbolicTensor;
  y = new MultiHeadAttention({ numHeads: 2, keyDim: 3, mask: documents([0, 0, 0, 1, 1]) }).apply(y) as SymbolicTensor;
  y = new GroupedQueryAttention({ headDim: 4, numQueryHeads: 4, numKeyValueHeads: 2 }).apply(y) as SymbolicTensor;
  y = new RMSNormalization().apply(y) as SymbolicTensor;
  const joined = new TransformerDecoderLayer({ numHeads: 2, intermediateDim: 12, crossMask: causal() }).apply([y, x]);
  return model({ inputs: [tokens, picture], outputs: joined as SymbolicTensor });
}

const tokens = [[3, 1, 4, 1, 0, 0]];
const picture = normal([1, 8, 8, 1]);

function answer(net: LayersModel): number[] {
  return tidy(() => {
    const inputs = [tensor(tokens), toTf(picture)];
    return Array.from((net.predict(inputs) as Tensor).dataSync());
  });
}

describe("saving", () => {
  useBackend("cpu");

  test("a saved model of every layer loads in a fresh process, says the same, and goes on from there", async () => {
    const net = everything();
    const folder = mkdtempSync(join(tmpdir(), "fovea-saved-"));
    try {
      const { weightData, ...rest } = await artifactsOf(net);
      writeFileSync(join(folder, "model.json"), JSON.stringify(rest));
      writeFileSync(join(folder, "weights.bin"), new Uint8Array(weightData as ArrayBuffer));
      writeFileSync(join(folder, "inputs.json"), JSON.stringify({ tokens, picture: Array.from(picture.data) }));
      const script = fileURLToPath(new URL("../testing/load-and-predict.ts", import.meta.url));
      const printed = execFileSync(process.execPath, [script, folder], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      const { output, trained } = JSON.parse(printed.trim().split("\n").at(-1) as string);
      expect(output).toEqual(answer(net));
      expect(trained).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
      net.dispose();
    }
  });

  test("weights of a Keras layer load by name", async () => {
    const net = sequential({
      layers: [new MultiHeadAttention({ name: "multi_head_attention", numHeads: 2, keyDim: 3, inputShape: [4, 6] })],
    });
    const kernels = { query: [6, 2, 3], key: [6, 2, 3], value: [6, 2, 3], attention_output: [2, 3, 6] };
    const biases = { query: [2, 3], key: [2, 3], value: [2, 3], attention_output: [6] };
    const named = Object.fromEntries(
      (["kernel", "bias"] as const).flatMap((kind) =>
        Object.entries(kind === "kernel" ? kernels : biases).map(([part, shape]) => [
          `multi_head_attention/${part}/${kind}`,
          toTf(normal(shape)),
        ]),
      ),
    );
    net.loadWeights(named);
    const layer = net.layers[0];
    for (const weight of layer.weights) {
      expect(Array.from(weight.read().dataSync())).toEqual(Array.from(named[weight.originalName].dataSync()));
    }
    for (const weight of Object.values(named)) weight.dispose();
    net.dispose();
  });

  test("a config of Keras, in Python's spelling, makes the layer", async () => {
    const config = {
      class_name: "Sequential",
      config: {
        name: "net",
        layers: [
          {
            class_name: "MultiHeadAttention",
            config: {
              name: "looking",
              num_heads: 2,
              key_dim: 3,
              value_dim: 4,
              use_bias: false,
              dropout: 0.1,
              batch_input_shape: [null, 5, 6],
            },
          },
        ],
      },
    };
    const net = await loadLayersModel(io.fromMemory({ modelTopology: { model_config: config } as object }));
    expect(net.layers[0]).toBeInstanceOf(MultiHeadAttention);
    expect(net.countParams()).toBe(6 * 6 + 6 * 6 + 6 * 8 + 8 * 6);
    net.dispose();
  });
});
