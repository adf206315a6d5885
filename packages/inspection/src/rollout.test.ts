import { attentionWeights } from "@fovea/dot-product-attention";
import type { WeightOptions } from "@fovea/dot-product-attention";
import { assertAllClose, matmul, randomGenerator, slice, sum, tensor, toArray, toNested, zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { InspectionError } from "./inspection-error.ts";
import { rollout } from "./rollout.ts";
import type { AttentionLayer } from "./rollout.ts";

const random = randomGenerator(3);
const causal: WeightOptions = { mask: ({ query, key }) => key.lessEqual(query) };
const layer = (): AttentionLayer => ({
  query: random.normal([2, 2, 4, 3], { dtype: "float64" }),
  key: random.normal([2, 1, 4, 3], { dtype: "float64" }),
  options: causal,
});
const layers = [layer(), layer(), layer()];
const tight = { absolute: 1e-12, relative: 1e-12 };

test("by hand: uniform causal attention over two tokens, half residual, two layers", () => {
  const flat = { query: zeros([1, 1, 2, 1]), key: zeros([1, 1, 2, 1]), options: causal };
  // A = [[1, 0], [1/4, 3/4]], A² = [[1, 0], [7/16, 9/16]]
  expect(toNested(rollout([flat, flat]))).toEqual([
    [1, 0],
    [0.4375, 0.5625],
  ]);
});

test("it is the product of the layers' mixed matrices", () => {
  const mixed = layers.map(({ query, key, options = {} }) => {
    const heads = [0, 1].map(
      (head) => toNested(attentionWeights(query, key, options, { batch: 1, head })) as number[][],
    );
    return tensor(
      heads[0].map((row, q) => row.map((w, k) => (w + heads[1][q][k]) / 4 + (q === k ? 0.5 : 0))),
      { dtype: "float64" },
    );
  });
  const expected = matmul(mixed[2], matmul(mixed[1], mixed[0]));
  assertAllClose(rollout(layers, { batch: 1 }), expected, tight);
  assertAllClose(rollout(layers, { batch: 1, queries: [1, 3] }), slice(expected, [[1, 3]]), tight);
});

test("every row sums to one, also where heads see nothing or weights do not", () => {
  const options = { normalizer: "sigmoid" as const, ...causal, queryLengths: [2, 4] };
  const flow = rollout(layers.map((one) => ({ ...one, options })));
  toArray(sum(flow, 1)).forEach((total) => expect(total).toBeCloseTo(1, 12));
  expect(toArray(slice(flow, [3]))).toEqual([0, 0, 0, 1]);
});

test("all residual is the identity, no residual the plain product", () => {
  expect(toNested(rollout(layers, { residual: 1, queries: [0, 2] }))).toEqual([
    [1, 0, 0, 0],
    [0, 1, 0, 0],
  ]);
  const single = { query: slice(layers[0].query, [null, [0, 1]]), key: layers[0].key };
  assertAllClose(rollout([single], { residual: 0 }), attentionWeights(single.query, single.key), tight);
});

test("no layers, cross-attention and options out of range are refused", () => {
  expect(() => rollout([])).toThrow(InspectionError);
  expect(() => rollout([{ query: zeros([1, 1, 2, 1]), key: zeros([1, 1, 3, 1]) }])).toThrow("Only self-attention");
  expect(() => rollout(layers, { batch: 2 })).toThrow("expected batch from 0 to 1, got 2");
  expect(() => rollout(layers, { residual: 1.5 })).toThrow("expected residual from 0 to 1");
  expect(() => rollout(layers, { queries: [3, 5] })).toThrow("within 0 to 4, got [3, 5]");
});

test("the first batch element, all tokens and half a residual are taken where nothing is said", () => {
  const spelled = rollout(layers, { batch: 0, queries: [0, 4], residual: 0.5 });
  expect(toArray(rollout(layers))).toEqual(toArray(spelled));
  expect(toArray(rollout(layers, { batch: 1 }))).not.toEqual(toArray(spelled));
});

test("no tokens are an empty result; what lies just outside is refused", () => {
  expect(rollout(layers, { queries: [4, 4] }).shape).toEqual([0, 4]);
  for (const queries of [
    [-1, 2],
    [3, 2],
    [0, 4.5],
  ] as const) {
    // prettier-ignore
    expect(() => rollout(layers, { queries })).toThrow(`got [${queries[0]}, ${queries[1]}]`);
  }
  for (const batch of [-1, 0.5]) expect(() => rollout(layers, { batch })).toThrow("expected batch from 0 to 1");
  for (const residual of [-0.001, 1.001, NaN]) {
    expect(() => rollout(layers, { residual })).toThrow(`expected residual from 0 to 1, got ${residual}`);
  }
});
