import { attention, attentionGradients } from "@fovea/dot-product-attention";
import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import { slidingWindow } from "@fovea/masking";
import {
  multiHeadAttention,
  multiHeadAttentionGradients,
  type MultiHeadAttentionOptions,
  prepareWeights,
  randomWeights,
} from "@fovea/multi-head-attention";
import { assertAllClose, isContiguous, randomGenerator, readValues, transpose, type Tensor } from "@fovea/tensor";
import { afterAll, expect, test } from "vitest";
import { createWasmBackend } from "../wasm-backend.ts";

const backend = createWasmBackend({ threads: 1 });
afterAll(() => backend.dispose());
const { operations } = backend;
const close = { absolute: 2e-6, relative: 2e-6 };

const random = randomGenerator(3);
const scale = random.uniform([12], { low: 0.5, high: 1.5 });
const weights = {
  ...randomWeights(random, { queryDim: 40, heads: 4, keyHeads: 2, headDim: 12, biases: true }),
  queryNormalization: { kind: "rms", scale },
  keyNormalization: { kind: "layer", scale },
} as const;
const options: MultiHeadAttentionOptions = {
  heads: 4,
  mask: slidingWindow({ lookback: 5 }),
  positionTransform: rotaryTransform(rotaryTables({ rotaryDim: 8, positions: 64 }), { layout: "halves" }),
};
const query = random.normal([2, 17, 40]);
const expected = multiHeadAttention(weights, query, options).output;

test("a layer of attention, with everything that goes with it, is the reference's", () => {
  assertAllClose(multiHeadAttention(weights, query, { ...options, backend }).output, expected, close);
  const prepared = prepareWeights(weights, backend);
  assertAllClose(multiHeadAttention(weights, query, { ...options, backend }).output, expected, close);
  prepared.dispose();
});

test("tensors stay in the memory from query to output, and nothing but the output is left of the call", () => {
  const x = backend.upload(query);
  const before = backend.bytesInUse;
  const output = operations.scope(() => {
    const result = multiHeadAttention(weights, x, { ...options, backend });
    for (const tensor of [result.query, result.key, result.value, result.attended, result.output]) {
      expect(tensor.data.buffer).toBe(x.data.buffer);
    }
    return result.output;
  });
  assertAllClose(output, expected, close);
  expect(backend.bytesInUse - before).toBeLessThan(2 * 17 * 40 * 4 + 256);
  (output as Tensor & Disposable)[Symbol.dispose]();
  expect(backend.bytesInUse).toBe(before);
  x.dispose();
});

const tokensFirst = (tensor: Tensor): Tensor => transpose(tensor, [0, 2, 1, 3]);

test("what is made of heads that were split from tokens lies as they do, and merges again without a copy", () => {
  const [q, k, v] = [3, 3, 3].map((heads) => random.normal([2, 17, heads, 12]));
  const lengths = { queryLengths: [17, 9], keyLengths: [5, 17] };
  const upstream = random.normal([2, 3, 17, 12]);
  const heads = [q, k, v].map(tokensFirst) as [Tensor, Tensor, Tensor];
  const plain = attentionGradients(...heads, upstream, lengths);
  operations.scope(() => {
    const inside = [q, k, v].map((tensor) => tokensFirst(backend.place(tensor))) as [Tensor, Tensor, Tensor];
    const actual = attentionGradients(...inside, upstream, { ...lengths, backend });
    for (const name of ["output", "query", "key", "value"] as const) {
      expect(isContiguous(tokensFirst(actual[name]))).toBe(true);
      assertAllClose(actual[name], plain[name], { absolute: 2e-5, relative: 2e-5 });
    }
    expect(isContiguous(attention(...(inside.map(operations.contiguous) as typeof inside), { backend }).output)).toBe(
      true,
    );
  });
});

test("gradients of a layer are the reference's", () => {
  const outputGradient = random.normal(expected.shape);
  const actual = multiHeadAttentionGradients(weights, query, outputGradient, { ...options, backend });
  const reference = multiHeadAttentionGradients(weights, query, outputGradient, options);
  const gradients = { absolute: 2e-5, relative: 2e-5 };
  assertAllClose(actual.query, reference.query, gradients);
  for (const name of ["query", "key", "value", "output"] as const) {
    assertAllClose(actual.weights[name]!.weight, reference.weights[name]!.weight, gradients);
    assertAllClose(actual.weights[name]!.bias!, reference.weights[name]!.bias!, gradients);
  }
});

test("other lengths and batches compile nothing, once there have been many rows and few", () => {
  const run = (batch: number, tokens: number): void =>
    void multiHeadAttention(weights, random.normal([batch, tokens, 40]), { ...options, backend });
  run(1, 1);
  run(1, 30);
  const { compilations } = backend;
  for (let tokens = 1; tokens < 30; tokens++) {
    run(1 + (tokens % 3), tokens);
  }
  expect(backend.compilations).toBe(compilations);
});

test("threads give the bits that one gives", async () => {
  const two = createWasmBackend({ threads: 2 });
  await two.startThreads();
  const x = random.normal([250, 200]);
  const weight = random.normal([200, 300]);
  const more = { bias: random.normal([300]), activation: "gelu" } as const;
  const one = operations.linear(x, weight, more);
  for (let i = 0; i < 20; i++) {
    expect(readValues(two.operations.linear(x, weight, more))).toEqual(readValues(one));
  }
  two.dispose();
});
