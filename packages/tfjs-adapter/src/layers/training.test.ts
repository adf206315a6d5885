import { memory, tensor2d, train } from "@tensorflow/tfjs-core";
import { initializers, input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { describe, expect, test } from "vitest";
import { RMSNormalization, TokenAndPositionEmbedding, TransformerEncoderLayer } from "../layers.ts";
import { backendNames, useBackend } from "../testing/use-backend.ts";

/** Every sequence of three tokens from 1 to 4, and whether its first token comes again: only looking at it from the others can tell. */
const sequences = Array.from({ length: 64 }, (_, i) => {
  const n = i * 29 + 13; // every number below 64 once, mixed
  return [n, n >> 2, n >> 4].map((bits) => (bits & 3) + 1);
});
const answers = sequences.map(([first, ...rest]) => [Number(rest.includes(first))]);

function classifier(): LayersModel {
  const tokens = input({ shape: [3] });
  const embedding = { vocabularySize: 5, sequenceLength: 3, embeddingDim: 16, seed: 1 };
  let x = new TokenAndPositionEmbedding(embedding).apply(tokens) as SymbolicTensor;
  x = new TransformerEncoderLayer({ numHeads: 4, intermediateDim: 32, normalizeFirst: true, seed: 2 }).apply(
    x,
  ) as SymbolicTensor;
  x = new RMSNormalization().apply(x) as SymbolicTensor;
  x = layers.flatten().apply(x) as SymbolicTensor;
  const kernelInitializer = initializers.glorotUniform({ seed: 3 });
  const outputs = layers.dense({ units: 1, activation: "sigmoid", kernelInitializer }).apply(x) as SymbolicTensor;
  const net = model({ inputs: tokens, outputs });
  net.compile({ optimizer: train.adam(0.01), loss: "binaryCrossentropy", metrics: ["accuracy"] });
  return net;
}

describe.each(backendNames)("training on %s", (backend) => {
  useBackend(backend);

  test("a model learns by model.fit what only attention can tell, and a step leaves no tensor behind", async () => {
    const net = classifier();
    const [x, y] = [tensor2d(sequences), tensor2d(answers)];
    await net.fit(x, y, { epochs: 1, batchSize: 32, shuffle: false, verbose: 0 });
    const before = memory().numTensors;
    const { history } = await net.fit(x, y, { epochs: 40, batchSize: 32, shuffle: false, verbose: 0 });
    expect(memory().numTensors).toBe(before);
    expect((history.acc as number[]).at(-1)).toBeGreaterThan(0.95);
    net.dispose();
    (net.optimizer as unknown as { dispose(): void }).dispose();
    x.dispose();
    y.dispose();
  });
});
