import { sum, tidy, variableGrads, zeros, type Scalar, type Tensor } from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";
import { describe, expect, test } from "vitest";
import {
  GroupedQueryAttention,
  MaskedGlobalAveragePooling1D,
  MultiHeadAttention,
  PatchEmbedding,
  RMSNormalization,
  SelfAttention,
  TokenAndPositionEmbedding,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
} from "../layers.ts";
import { backendNames, useBackend } from "../testing/use-backend.ts";

const heads = { numHeads: 2, keyDim: 2 };
const block = { numHeads: 2, intermediateDim: 3 };
const tokens = { vocabularySize: 4, sequenceLength: 4, embeddingDim: 4, maskZero: true };

/** Layers, shapes of their inputs, and the shape of what they give. */
const cases: Readonly<Record<string, [make: () => layers.Layer, inputs: number[][], output: number[]]>> = {
  MultiHeadAttention: [() => new MultiHeadAttention(heads), [[0, 3, 4]], [0, 3, 4]],
  "MultiHeadAttention of no tokens": [() => new MultiHeadAttention(heads), [[2, 0, 4]], [2, 0, 4]],
  "MultiHeadAttention to no tokens": [
    () => new MultiHeadAttention(heads),
    [
      [2, 3, 4],
      [2, 0, 4],
    ],
    [2, 3, 4],
  ],
  "rotary and sinks": [
    () => new MultiHeadAttention({ ...heads, rotary: true, normalizer: "softmaxWithSink" }),
    [[0, 3, 4]],
    [0, 3, 4],
  ],
  "rotary of no tokens": [() => new MultiHeadAttention({ ...heads, rotary: true }), [[2, 0, 4]], [2, 0, 4]],
  "cross-attention": [
    () => new MultiHeadAttention({ ...heads, outputShape: 5 }),
    [
      [0, 3, 4],
      [0, 5, 2],
    ],
    [0, 3, 5],
  ],
  GroupedQueryAttention: [
    () => new GroupedQueryAttention({ headDim: 2, numQueryHeads: 2, numKeyValueHeads: 1 }),
    [[0, 3, 4]],
    [0, 3, 4],
  ],
  SelfAttention: [() => new SelfAttention({ dModel: 4 }), [[0, 3, 4]], [0, 3, 4]],
  TransformerEncoderLayer: [() => new TransformerEncoderLayer(block), [[0, 3, 4]], [0, 3, 4]],
  "TransformerEncoderLayer of no tokens": [
    () => new TransformerEncoderLayer({ ...block, activation: "gelu" }),
    [[2, 0, 4]],
    [2, 0, 4],
  ],
  TransformerDecoderLayer: [
    () => new TransformerDecoderLayer({ ...block, normalization: "rms" }),
    [
      [0, 3, 4],
      [0, 5, 4],
    ],
    [0, 3, 4],
  ],
  TokenAndPositionEmbedding: [() => new TokenAndPositionEmbedding(tokens), [[0, 3]], [0, 3, 4]],
  "waves for no tokens": [
    () => new TokenAndPositionEmbedding({ ...tokens, positions: "sinusoidal" }),
    [[2, 0]],
    [2, 0, 4],
  ],
  PatchEmbedding: [
    () => new PatchEmbedding({ patchSize: 2, embeddingDim: 4, classToken: true }),
    [[0, 4, 4, 1]],
    [0, 5, 4],
  ],
  RMSNormalization: [() => new RMSNormalization(), [[0, 3, 4]], [0, 3, 4]],
  MaskedGlobalAveragePooling1D: [() => new MaskedGlobalAveragePooling1D(), [[0, 3, 4]], [0, 4]],
  "the mean of no tokens": [() => new MaskedGlobalAveragePooling1D(), [[2, 0, 4]], [2, 4]],
};

describe.each(backendNames)("layers for a batch of none on %s", (backend) => {
  useBackend(backend);

  test.each(Object.entries(cases))("%s", (_, [make, inputs, shape]) => {
    const layer = make();
    const run = (): Tensor => {
      const given = inputs.map((each) => zeros(each));
      return layer.apply(given.length === 1 ? given[0] : given) as Tensor;
    };
    tidy(() => {
      const output = run();
      expect(output.shape).toEqual(shape);
      expect(Array.from(output.dataSync()).filter((number) => !Number.isFinite(number))).toEqual([]);
      if (layer.weights.length === 0) return;
      const { grads } = variableGrads(() => sum(run()) as Scalar);
      const numbers = Object.values(grads).flatMap((gradient) => Array.from(gradient.dataSync()));
      expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
    });
    layer.dispose();
  });
});
