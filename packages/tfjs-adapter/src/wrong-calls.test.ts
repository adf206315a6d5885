import { ones, scalar, tensor2d, tidy } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { AdapterError, attention, attentionWeights, setAttentionBackend } from "./index.ts";
import { MultiHeadAttention, PatchEmbedding, RMSNormalization, TokenAndPositionEmbedding } from "./layers.ts";
import { installFastProducts } from "./products/install-fast-products.ts";
import { useBackend } from "./testing/use-backend.ts";

type Call = (...given: readonly unknown[]) => unknown;

const heads = (more: object = {}): Call => {
  const layer = new MultiHeadAttention({ numHeads: 1, keyDim: 1, ...more });
  return layer.apply.bind(layer) as Call;
};
const x = () => ones([1, 1, 2, 2]);
const vectors = () => ones([1, 2, 2]);
const attend = (options: unknown): unknown => (attention as Call)(x(), x(), x(), options);
const embedding = { vocabularySize: 2, sequenceLength: 2, embeddingDim: 2 };

/** Calls that a person without types may write, and what is said. */
const calls: Readonly<Record<string, [call: () => unknown, message: RegExp]>> = {
  "no tensors": [() => (attention as Call)(), /expected query to be a tf\.Tensor, got undefined/],
  "no options": [() => attend(null), /expected options as an object with score, mask, .*, got null/],
  "a number for options": [() => attend(5), /got a number/],
  "a name for options": [() => attend("causal"), /got a string/],
  "a function for options": [() => attend(() => true), /got a function/],
  "a list for options": [() => attend([]), /got a list/],
  "a past of something else": [() => attend({ past: 5 }), /expected past\.key to be a tf\.Tensor/],
  "a past without values": [() => attend({ past: { key: x() } }), /expected past\.value to be a tf\.Tensor/],
  "a number for tables": [
    () => attend({ tables: 5 }),
    /attention: tables: expected options as an object with score, mask, probability/,
  ],
  "tables of a stage that there is not": [
    () => attend({ tables: { scores: {} } }),
    /tables: there is no option "scores"/,
  ],
  "a number for a stage's tables": [
    () => attend({ tables: { score: 5 } }),
    /expected tables\.score to be tensors by name, got a number/,
  ],
  "a number for a backend": [() => attend({ backend: 5 }), /expected a backend of Fovea, .*, got number/],
  "an empty backend": [() => attend({ backend: {} }), /expected a backend of Fovea, .*, got object/],
  "weights without options": [
    () => (attentionWeights as Call)(x(), x(), null),
    /attentionWeights: expected options as an object/,
  ],
  "weights by a kernel": [
    () => (attentionWeights as Call)(x(), x(), { kernels: "fused" }),
    /attentionWeights: there is no option "kernels"/,
  ],
  "weights by a backend": [() => (attentionWeights as Call)(x(), x(), { backend: {} }), /there is no option "backend"/],
  "no backend to set": [() => (setAttentionBackend as Call)(), /setAttentionBackend: .*got undefined/],
  "a number to set as a backend": [() => (setAttentionBackend as Call)(5), /setAttentionBackend: .*got number/],
  "a misspelt option of fast products": [
    () => (installFastProducts as Call)({ backen: 1 }),
    /there is no option "backen"\. There are backend/,
  ],
  "no options of fast products": [
    () => (installFastProducts as Call)(null),
    /installFastProducts: expected options as an object/,
  ],
  "a backend without memory for fast products": [
    () => (installFastProducts as Call)({ backend: { compile: () => 0 } }),
    /computes products in memory of its own/,
  ],
  "a layer applied to nothing": [() => heads()(), /expected tensors to be applied to, got undefined/],
  "a layer applied to no inputs": [() => heads()([]), /expected tensors to be applied to, got none/],
  "a layer applied to numbers": [
    () => heads()([vectors(), [1, 2]]),
    /expected tensors to be applied to, got an object/,
  ],
  "a number for a mask": [() => heads()(vectors(), { mask: 5 }), /expected mask to be a tensor, got 5/],
  "numbers for masks": [() => heads()(vectors(), { mask: [5] }), /expected mask to be a tensor, got an object/],
  "a list for an attention mask": [
    () => heads()(vectors(), { attentionMask: [[1]] }),
    /expected attentionMask to be a tensor/,
  ],
  "a program of nothing": [
    () => heads({ score: { instructions: [] } }),
    /expected the score program to give a float, got nothing/,
  ],
  "tokens of too many axes": [
    () => new TokenAndPositionEmbedding(embedding).apply(vectors()),
    /one input, tokens \[batch, tokens\], got \[1, 2, 2\]/,
  ],
  "two kinds of tokens": [
    () => new TokenAndPositionEmbedding(embedding).apply([tensor2d([[1]]), tensor2d([[0]])]),
    /one input, tokens \[batch, tokens\], got \[1, 1\] and \[1, 1\]/,
  ],
  "pictures of too few axes": [
    () => new PatchEmbedding({ patchSize: 1, embeddingDim: 1 }).apply(vectors()),
    /expected pictures/,
  ],
  "a number to normalize": [
    () => new RMSNormalization().apply(scalar(1)),
    /expected one input, vectors of any shape, got \[\]/,
  ],
  "two vectors to normalize": [() => new RMSNormalization().apply([vectors(), vectors()]), /expected one input/],
};

describe("wrong calls are refused in a sentence", () => {
  useBackend("cpu");

  test.each(Object.entries(calls))("%s", (_, [call, message]) => {
    tidy(() => {
      expect(call).toThrow(AdapterError);
      expect(call).toThrow(message);
    });
  });
});
