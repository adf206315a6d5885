import { attention, attentionGradients } from "@fovea/dot-product-attention";
import { KeyValueCache, multiHeadAttention, randomWeights } from "@fovea/multi-head-attention";
import {
  assertAllClose,
  cast,
  concatenate,
  randomGenerator,
  slice,
  toArray,
  type DType,
  type Tensor,
} from "@fovea/tensor";
import { expect, test } from "vitest";
import { createWasmBackend } from "./wasm-backend.ts";
import type { WasmTensor } from "./memory/wasm-tensor.ts";

const random = randomGenerator(11);
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float32" });

test.each([1, 2])(
  "token by token from a cache in the memory gives what the reference gives at once (%i threads)",
  (threads) => {
    using backend = createWasmBackend({ threads });
    const weights = randomWeights(random, { queryDim: 32, heads: 4, keyHeads: 2 });
    const tokens = normal(2, 20, 32);
    const options = { heads: 4, mask: ({ query, key }) => key.lessEqual(query) } satisfies Parameters<
      typeof multiHeadAttention
    >[2];
    using cache = new KeyValueCache({ backend });
    const outputs = Array.from({ length: 20 }, (_, i) => {
      const token = slice(tokens, [null, [i, i + 1]]);
      return multiHeadAttention(weights, token, { ...options, backend, cache }).output;
    });
    assertAllClose(concatenate(outputs, 1), multiHeadAttention(weights, tokens, options).output, { absolute: 1e-5 });
  },
);

test("gradients of a past in the memory are the caller's to dispose of, and all there is", () => {
  using backend = createWasmBackend({ threads: 1 });
  const plain = [normal(1, 2, 3, 8), normal(1, 2, 3, 8), normal(1, 2, 3, 8)] as const;
  const [query, key, value] = plain.map((t) => backend.upload(t));
  const outputGradient = normal(1, 2, 3, 8);
  const past = { key, value };
  // the first call also makes room for the kernels' own work
  attentionGradients(...plain, outputGradient, { past: { key: plain[1], value: plain[2] }, backend });
  const before = backend.bytesInUse;
  const found = attentionGradients(query, key, value, outputGradient, { past, backend });
  const expected = attentionGradients(...plain, outputGradient, { past: { key: plain[1], value: plain[2] } });
  for (const [actual, should] of [
    [found.query, expected.query],
    [found.key, expected.key],
    [found.value, expected.value],
    [found.output, expected.output],
    [found.past?.key, expected.past?.key],
    [found.past?.value, expected.past?.value],
  ] as [WasmTensor, Tensor][]) {
    assertAllClose(actual, should, { absolute: 1e-5 });
    actual.dispose();
  }
  expect(backend.bytesInUse).toBe(before);
});

test.each(["float32", "float16", "bfloat16"] as const)(
  "keys and values of %s are read where they are",
  (dtype: DType) => {
    const backend = createWasmBackend({ threads: 1, maximumBytes: 2 ** 20 });
    using cache = new KeyValueCache({ backend, dtype, capacity: dtype === "float32" ? 1000 : 2000 });
    const [key, value] = [normal(1, 2, 900, 32), normal(1, 2, 900, 32)];
    // of 1 MiB the cache takes half: there is no room for a copy of it
    cache.append(key, value);
    const query = normal(1, 2, 3, 32);
    const { output } = attention(query, cache.key, cache.value, { backend });
    const stored = [key, value].map((t) => cast(cast(t, dtype), "float32"));
    assertAllClose(output, attention(query, stored[0], stored[1]).output, { absolute: 2e-6 });
  },
);

test("a cache gives back its memory, zeroed", () => {
  const backend = createWasmBackend({ threads: 1 });
  const first = new KeyValueCache({ backend });
  first.append(normal(1, 2, 3, 8), normal(1, 2, 3, 8));
  first.append(normal(1, 2, 3, 8), normal(1, 2, 3, 8)); // moves, by a kernel that stays
  first.dispose();
  const before = backend.bytesInUse;
  const cache = new KeyValueCache({ backend });
  for (let step = 0; step < 9; step++) cache.append(normal(1, 2, 3, 8), normal(1, 2, 3, 8));
  const { key } = cache;
  const [memory, start] = [key.data, key.offset];
  expect(toArray(key).some((number) => number !== 0)).toBe(true);
  cache.dispose();
  expect(backend.bytesInUse).toBe(before);
  expect(memory.slice(start, start + 2 * 27 * 8).every((number) => number === 0)).toBe(true);
});
