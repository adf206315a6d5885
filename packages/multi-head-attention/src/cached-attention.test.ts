import { referenceBackend, type Backend } from "@fovea/dot-product-attention";
import {
  allClose,
  assertAllClose,
  concatenate,
  randomGenerator,
  slice,
  tensor,
  toArray,
  type Tensor,
  zeros,
} from "@fovea/tensor";
import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import { expect, test } from "vitest";
import { crossAttentionCache } from "./cross-attention-cache.ts";
import { KeyValueCache } from "./cache/key-value-cache.ts";
import { MultiHeadAttentionError } from "./multi-head-attention-error.ts";
import { multiHeadAttention } from "./multi-head-attention.ts";
import { naiveMultiHeadAttention } from "./naive.test-support.ts";
import type { MultiHeadAttentionOptions } from "./options.ts";
import type { MultiHeadAttentionWeights, Projection } from "./weights/weights.ts";

const random = randomGenerator(7);
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float64" });
const linear = (from: number, to: number): Projection => ({ weight: normal(from, to), bias: normal(to) });
const close = { absolute: 1e-10 };
const causal: Pick<MultiHeadAttentionOptions, "mask"> = { mask: ({ query, key }) => key.lessEqual(query) };
const lookBack = (query: number, key: number): boolean => key <= query;

/** 4 heads of 6 over 2 key heads, values of 5, vectors of 8. */
const grouped: MultiHeadAttentionWeights = {
  query: linear(8, 24),
  key: linear(8, 12),
  value: linear(8, 10),
  output: linear(20, 8),
};
const rotary = rotaryTransform(rotaryTables({ positions: 64, rotaryDim: 6 }));
const x = normal(2, 7, 8);
const count = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test("token by token with a cache gives what the whole sequence gives at once", () => {
  const options = { heads: 4, positionTransform: rotary, ...causal };
  const whole = multiHeadAttention(grouped, x, options).output;
  const cache = new KeyValueCache();
  const parts = [
    [0, 3],
    [3, 4],
    [4, 6],
    [6, 7],
  ] as const;
  const outputs = parts.map(
    ([from, to]) => multiHeadAttention(grouped, slice(x, [null, [from, to]]), { ...options, cache }).output,
  );
  assertAllClose(concatenate(outputs, 1), whole, close);
  expect(cache.length).toBe(7);
});

test("guesses that are taken back leave no trace", () => {
  const options = { heads: 4, positionTransform: rotary, cache: new KeyValueCache(), ...causal };
  multiHeadAttention(grouped, slice(x, [null, [0, 4]]), options);
  multiHeadAttention(grouped, normal(2, 2, 8), options);
  options.cache.truncate(4);
  const { output } = multiHeadAttention(grouped, slice(x, [null, [4, 5]]), options);
  const whole = multiHeadAttention(grouped, x, {
    ...options,
    cache: undefined,
  } as unknown as MultiHeadAttentionOptions).output;
  assertAllClose(output, slice(whole, [null, [4, 5]]), close);
});

test("beams go on from the sequence they are given", () => {
  const options = { heads: 4, cache: new KeyValueCache(), ...causal };
  multiHeadAttention(grouped, slice(x, [null, [0, 3]]), options);
  options.cache.reorder([1, 1, 0]);
  const next = slice(x, [
    [0, 1],
    [3, 4],
  ]);
  const { output } = multiHeadAttention(grouped, concatenate([next, next, next], 0), options);
  const second = concatenate(
    [
      slice(x, [
        [1, 2],
        [0, 3],
      ]),
      next,
    ],
    1,
  );
  const alone = naiveMultiHeadAttention(grouped, second, { heads: 4, visible: lookBack });
  for (const beam of [0, 1]) assertAllClose(slice(output, [[beam, beam + 1]]), slice(alone, [null, [3, 4]]), close);
  expect(allClose(slice(output, [[2, 3]]), slice(alone, [null, [3, 4]]), close).pass).toBe(false);
});

test("a fixed cache stands for the encoder's vectors, projected once", () => {
  const weights = { query: linear(8, 12), key: linear(5, 12), value: linear(5, 8), output: linear(8, 9) };
  const key = normal(2, 4, 5);
  const cache = crossAttentionCache(weights, key, { heads: 4 });
  const expected = multiHeadAttention(weights, x, { heads: 4, key }).output;
  for (let i = 0; i < 7; i++) {
    const { output } = multiHeadAttention(weights, slice(x, [null, [i, i + 1]]), { heads: 4, cache });
    assertAllClose(output, slice(expected, [null, [i, i + 1]]), close);
  }
  expect(() => multiHeadAttention(weights, x, { heads: 4, key, cache })).toThrow(MultiHeadAttentionError);
});

test("a fixed cache is stored as asked, and where", () => {
  const weights = { query: linear(8, 12), key: linear(5, 12), value: linear(5, 8) };
  const asked: unknown[] = [];
  const allocate: Backend["allocate"] = (shape, dtype) => {
    asked.push([...shape, dtype]);
    return zeros(shape, dtype);
  };
  crossAttentionCache(weights, normal(2, 4, 5), {
    heads: 4,
    storage: { dtype: "float32" },
    backend: { ...referenceBackend, allocate },
  });
  expect(asked).toEqual([
    [2, 4, 4, 3, "float32"],
    [2, 4, 4, 2, "float32"],
  ]);
});

test("a windowed cache attends as if only sinks, recent tokens and the new one had ever been there", () => {
  const cache = new KeyValueCache({ window: { recent: 3, sinks: 1 } });
  const tokens = normal(1, 30, 8);
  const token = (i: number): Tensor => slice(tokens, [null, [i, i + 1]]);
  for (let i = 0; i < 30; i++) {
    const { output } = multiHeadAttention(grouped, token(i), { heads: 4, positionTransform: rotary, cache, ...causal });
    const kept = i < 5 ? count(0, i + 1) : [0, i - 3, i - 2, i - 1, i];
    const key = concatenate(kept.map(token), 1);
    const places = { query: [kept.length - 1], key: count(0, kept.length) };
    assertAllClose(output, naiveMultiHeadAttention(grouped, token(i), { heads: 4, key, rotary: places }), {
      absolute: 1e-5,
    });
  }
  const positions = tensor([[0]], { dtype: "int32" });
  expect(() => multiHeadAttention(grouped, token(0), { heads: 4, cache, positions })).toThrow("places in the cache");
});

test("a call that is refused leaves the cache as it was", () => {
  const cache = new KeyValueCache();
  multiHeadAttention(grouped, x, { heads: 4, cache });
  const held = toArray(cache.key);
  expect(() => multiHeadAttention(grouped, x, { heads: 4, cache, scale: Number.NaN })).toThrow("scale");
  expect(() => multiHeadAttention(grouped, normal(1, 1, 8), { heads: 4, cache })).toThrow("append");
  expect(cache.length).toBe(7);
  expect(toArray(cache.key)).toEqual(held);
});

test("a call that is refused leaves a windowed cache as it was", () => {
  const cache = new KeyValueCache({ window: { recent: 4, sinks: 1 } });
  const settings = { heads: 4, positionTransform: rotary, cache };
  multiHeadAttention(grouped, normal(1, 10, 8), settings);
  const held = [toArray(cache.key), toArray(cache.value)];
  const token = normal(1, 1, 8);
  const refused: Partial<MultiHeadAttentionOptions>[] = [
    { scale: Number.NaN },
    { keyLengths: [99] },
    { normalizer: "softmaxWithSink" },
    { mask: ({ query, table }) => table("few", [true]).at(query) },
    { queryOffset: 0.5 },
  ];
  for (const option of refused) {
    expect(() => multiHeadAttention(grouped, token, { ...settings, ...option })).toThrow("attention: ");
    expect(cache.length).toBe(10);
    expect([toArray(cache.key), toArray(cache.value)]).toEqual(held);
  }
});

test.each([{}, { window: { recent: 30 } }])("a cache of int8 changes outputs by little: %o", (options) => {
  const cache = new KeyValueCache({ dtype: "int8", ...options });
  const whole = multiHeadAttention(grouped, x, { heads: 4, positionTransform: rotary, ...causal }).output;
  const outputs = count(0, 7).map((i) => {
    const token = slice(x, [null, [i, i + 1]]);
    return multiHeadAttention(grouped, token, { heads: 4, positionTransform: rotary, cache, ...causal }).output;
  });
  const largest = Math.max(...toArray(whole).map(Math.abs));
  assertAllClose(concatenate(outputs, 1), whole, { absolute: 0.03 * largest, relative: 0 });
});
