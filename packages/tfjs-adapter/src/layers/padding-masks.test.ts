import { tidy, type Tensor } from "@tensorflow/tfjs-core";
import { input, layers, model, sequential, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { tensor2d } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import {
  MultiHeadAttention,
  TokenAndPositionEmbedding,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
} from "../layers.ts";
import { backendNames, useBackend } from "../testing/use-backend.ts";

/** What a model says about some tokens. */
function predict(net: LayersModel, ...tokens: number[][][]): number[] {
  return tidy(() => {
    const inputs = tokens.map((rows) => tensor2d(rows, [rows.length, rows[0].length], "int32"));
    const output = net.predict(inputs.length === 1 ? inputs[0] : inputs) as Tensor;
    return Array.from(output.dataSync());
  });
}

const embed = (maskZero = true, name?: string): TokenAndPositionEmbedding =>
  new TokenAndPositionEmbedding({
    vocabularySize: 9,
    sequenceLength: 8,
    embeddingDim: 4,
    maskZero,
    seed: 1,
    ...(name !== undefined && { name }),
  });

const encode = (): TransformerEncoderLayer => new TransformerEncoderLayer({ numHeads: 2, intermediateDim: 8, seed: 2 });

/** The first `count` vectors of 4 numbers. */
const firstOf = (numbers: readonly number[], count: number): number[] => numbers.slice(0, count * 4);

const checkNear = (found: readonly number[], expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length);
  for (const [index, number] of found.entries()) expect(number).toBeCloseTo(expected[index], 5);
};

describe.each(backendNames)("padding masks on %s", (backend) => {
  useBackend(backend);

  test("through other layers, padding changes no number of the tokens before it", () => {
    const tokens = input({ shape: [null], dtype: "int32" });
    let x = layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true }).apply(tokens) as SymbolicTensor;
    x = layers.dropout({ rate: 0.5 }).apply(x) as SymbolicTensor;
    const attended = new MultiHeadAttention({ numHeads: 2, keyDim: 3 }).apply(x) as SymbolicTensor;
    x = layers.add().apply([x, attended]) as SymbolicTensor;
    x = new MultiHeadAttention({ numHeads: 2, keyDim: 3 }).apply(x) as SymbolicTensor;
    const net = model({ inputs: tokens, outputs: x });
    const plain = predict(net, [[3, 1, 4]]);
    checkNear(firstOf(predict(net, [[3, 1, 4, 0, 0]]), 3), plain);
    net.dispose();
  });

  test("in a sequential model of this package's layers", () => {
    const net = sequential({ layers: [embed(), encode(), encode()] });
    const plain = predict(net, [[3, 1, 4]]);
    checkNear(firstOf(predict(net, [[3, 1, 4, 0, 0, 0]]), 3), plain);
    net.dispose();
  });

  test("an encoder's mask reaches the cross-attention of a decoder", () => {
    const [source, target] = [0, 1].map(() => input({ shape: [null], dtype: "int32" }));
    const encoded = encode().apply(embed(true).apply(source)) as SymbolicTensor;
    const decoder = new TransformerDecoderLayer({ numHeads: 2, intermediateDim: 8, seed: 3 });
    const output = decoder.apply([embed(true).apply(target) as SymbolicTensor, encoded]) as SymbolicTensor;
    const net = model({ inputs: [source, target], outputs: output });
    const plain = predict(net, [[3, 1, 4]], [[2, 7]]);
    checkNear(predict(net, [[3, 1, 4, 0, 0]], [[2, 7]]), plain);
    checkNear(firstOf(predict(net, [[3, 1, 4, 0]], [[2, 7, 0]]), 2), plain);
    // causal: a later token changes nothing before it
    checkNear(firstOf(predict(net, [[3, 1, 4]], [[2, 7, 5]]), 2), plain);
    net.dispose();
  });

  test("a mask of another branch is not taken for one's own", () => {
    const [text, other] = [0, 1].map(() => input({ shape: [3], dtype: "int32" }));
    const masked = encode().apply(embed(true).apply(text)) as SymbolicTensor;
    const open = encode().apply(embed(false).apply(other)) as SymbolicTensor;
    const both = model({ inputs: [text, other], outputs: [masked, open] });
    const alone = model({ inputs: other, outputs: open });
    const found = tidy(() => {
      const inputs = [tensor2d([[5, 0, 0]], [1, 3], "int32"), tensor2d([[3, 1, 4]], [1, 3], "int32")];
      return Array.from((both.predict(inputs) as Tensor[])[1].dataSync());
    });
    checkNear(found, predict(alone, [[3, 1, 4]]));
    both.dispose();
  });

  test("a mask that TensorFlow.js lost on its way is missed, not ignored", () => {
    const [source, target] = [0, 1].map(() => input({ shape: [3], dtype: "int32" }));
    const encoded = layers.layerNormalization().apply(embed(true).apply(source)) as SymbolicTensor;
    const decoder = new TransformerDecoderLayer({ numHeads: 2, intermediateDim: 8 });
    const net = model({
      inputs: [source, target],
      outputs: decoder.apply([embed(false).apply(target) as SymbolicTensor, encoded]) as SymbolicTensor,
    });
    expect(() => predict(net, [[3, 1, 0]], [[2, 7, 1]])).toThrow(
      /the padding mask of input 1 was lost in a layer before it/,
    );
    net.dispose();
  });
});
