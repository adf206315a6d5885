import { attention, createPlan, referenceBackend, type AttentionOptions } from "@fovea/dot-product-attention";
import { both, causal, createBlockMask, documents, slidingWindow } from "@fovea/masking";
import { trace } from "@fovea/program";
import { assertAllClose, full, ones, randomGenerator, tensor, toArray, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { createCall, tablesFrom } from "../testing/create-call.ts";
import { createWasmBackend } from "../wasm-backend.ts";

const random = randomGenerator(8);
const operands = (shape: { keys: number; queries?: number; heads?: number; keyHeads?: number }, spread = 1) => {
  const { keys, queries = keys, heads = 2, keyHeads = 1 } = shape;
  return {
    query: random.normal([2, heads, queries, 8], { dtype: "float32", standardDeviation: spread }),
    key: random.normal([2, keyHeads, keys, 8], { dtype: "float32" }),
    value: random.normal([2, keyHeads, keys, 5], { dtype: "float32" }),
  };
};
const bias = random.normal([40], { dtype: "float32" });

const cases: Readonly<Record<string, AttentionOptions>> = {
  "no mask": {},
  causal: { mask: causal() },
  "a window and documents": {
    mask: both(slidingWindow({ lookback: 5 }), documents(Int32Array.from({ length: 70 }, (_, i) => i >> 4))),
  },
  "lengths, some 0": { keyLengths: [0, 41], queryLengths: [70, 33] },
  "a score program": {
    score: ({ score, query, key }) => score.multiply(2).add(query.subtract(key).toFloat().multiply(0.03)),
  },
  "a table, and a probability program": {
    score: ({ score, key, table }) => score.add(table("bias", bias).at(key.remainder(40))),
    probability: ({ probability, key }) => probability.multiply(key.remainder(3).toFloat().add(0.5)),
  },
  "scores of -Infinity": { score: ({ score, key, select }) => select(key.remainder(3).equal(1), -Infinity, score) },
};

for (const normalizer of ["sparsemax", "entmax15"] as const) {
  for (const relaxedSimd of [true, false]) {
    test.each(Object.entries(cases))(
      `${normalizer} with %s is the reference's, ${relaxedSimd ? "relaxed" : "plain"} SIMD`,
      (_, options) => {
        using wasm = createWasmBackend({ relaxedSimd, threads: 1 });
        for (const spread of [0.1, 1, 10]) {
          const { query, key, value } = operands({ keys: 70, heads: 4, keyHeads: 2 }, spread);
          const all = { ...options, normalizer, returns: { rowMaximum: true } };
          const expected = attention(query, key, value, { ...all, backend: referenceBackend });
          const actual = attention(query, key, value, { ...all, backend: wasm });
          // weights are differences of scores, which are known to a few units in their last place
          assertAllClose(actual.output, expected.output, { absolute: 4e-6 * Math.max(1, spread), relative: 0 });
          assertAllClose(actual.rowMaximum as Tensor, expected.rowMaximum as Tensor, {
            absolute: 1e-5,
            relative: 1e-5,
          });
        }
      },
    );
  }

  test(`${normalizer} over very many keys gives its scratch memory back`, () => {
    using wasm = createWasmBackend({ threads: 1 });
    const [short, long] = [100, 60_000].map((keys) => operands({ keys, queries: 3 }));
    attention(short.query, short.key, short.value, { normalizer, backend: wasm });
    const before = wasm.bytesInUse;
    attention(long.query, long.key, long.value, { normalizer, backend: wasm });
    expect(wasm.bytesInUse).toBe(before);
  });

  test(`${normalizer} gives the threshold, 0 for a row that sees nothing`, () => {
    using wasm = createWasmBackend({ threads: 1 });
    const { query, key, value } = operands({ keys: 130, queries: 30 });
    const mask = trace(({ query, key }) => key.lessEqual(query.multiply(5).subtract(3)));
    const sizes = { headDim: 8, valueDim: 5, queryType: "float32", keyType: "float32", valueType: "float32" } as const;
    const plan = createPlan({ ...sizes, score: null, mask, probability: null, normalizer });
    const call = createCall({ query, key, value }, { tables: tablesFrom({ mask }) });
    const expected = referenceBackend.compile(plan).forward(call);
    const actual = wasm.compile(plan).forward(call);
    assertAllClose(actual.threshold as Tensor, expected.threshold as Tensor, { absolute: 2e-6 });
    expect(toArray(actual.threshold as Tensor)[0]).toBe(0);
    expect(actual.logSumExp).toBeNull();
  });

  test(`${normalizer} of thousands of equal scores weighs each the same, of one great score only that`, () => {
    using wasm = createWasmBackend({ threads: 1 });
    const keys = 3000;
    const value = random.uniform([1, 1, keys, 4], { dtype: "float32" });
    const even = attention(ones([1, 1, 7, 4], "float32"), full([1, 1, keys, 4], 0.3, "float32"), value, {
      normalizer,
      backend: wasm,
    });
    const mean = [0, 1, 2, 3].map((d) => toArray(value).reduce((sum, x, i) => (i % 4 === d ? sum + x : sum), 0) / keys);
    assertAllClose(even.output, tensor(Array.from({ length: 7 }, () => mean).flat(), { shape: [1, 1, 7, 4] }), {
      relative: 3e-6,
    });
    const score = trace(({ score, key, select }) => score.add(select(key.equal(2222), 5, 0)));
    const one = attention(ones([1, 1, 7, 4], "float32"), full([1, 1, keys, 4], 0.3, "float32"), value, {
      normalizer,
      score,
      backend: wasm,
    });
    expect(toArray(one.output).slice(0, 4)).toEqual(toArray(value).slice(2222 * 4, 2223 * 4));
  });

  test(`${normalizer}: what a mask hides changes no bit; what is seen and no number makes its row NaN`, () => {
    using wasm = createWasmBackend({ threads: 1 });
    const { query, key, value } = operands({ keys: 50 });
    const run = (): number[] =>
      toArray(attention(query, key, value, { mask: causal(), normalizer, backend: wasm }).output);
    const before = run();
    // the last key and value: seen by the last row of each head only
    for (const [data, size] of [
      [key.data, 8],
      [value.data, 5],
    ] as const)
      data.fill(NaN, 49 * size, 50 * size);
    const after = run();
    const lastRows = after.map((_, i) => Math.floor(i / 5) % 50 === 49 && i < 500);
    expect(after.filter((_, i) => !lastRows[i])).toEqual(before.filter((_, i) => !lastRows[i]));
    expect(after.every((x, i) => Number.isNaN(x) === lastRows[i])).toBe(true);
  });
}

test("memory by rows grows with the keys that a tile sees, not with queries × keys", () => {
  using wasm = createWasmBackend({ threads: 1 });
  const queries = 4096;
  const { query, key, value } = operands({ keys: queries, heads: 1 });
  const mask = slidingWindow({ lookback: 16 });
  const blockMask = createBlockMask(mask, { batch: 2, heads: 1, queries, keys: queries, queryBlock: 24, keyBlock: 32 });
  attention(query, key, value, { mask, blockMask, normalizer: "sparsemax", backend: wasm });
  expect(wasm.bytesInUse).toBeLessThan(200_000);
});
