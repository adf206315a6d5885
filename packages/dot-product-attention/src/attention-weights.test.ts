import { causal } from "@fovea/masking";
import { assertAllClose, matmul, slice, tensor, toArray, toNested } from "@fovea/tensor";
import { expect, test } from "vitest";
import { attention } from "./attention.ts";
import { AttentionError } from "./attention-error.ts";
import { attentionWeights } from "./attention-weights.ts";
import { naiveAttention } from "./testing/naive-attention.ts";
import { nested, randomOperands } from "./testing/random-operands.ts";
import { weightRows } from "./weight-rows.ts";

const { query, key, value } = randomOperands(1);
const tight = { absolute: 1e-12, relative: 1e-12 };

test("every tile is a piece of the matrix", () => {
  const { weights } = naiveAttention(nested(query), nested(key), nested(value), { mask: (_b, _h, q, k) => k <= q });
  for (const [batch, head, queries, keys] of [
    [0, 0, [0, 5], [0, 6]],
    [1, 3, [2, 4], [1, 3]],
    [1, 2, [4, 5], [0, 1]],
    [0, 1, [3, 3], [0, 6]],
  ] as const) {
    const tile = attentionWeights(query, key, { mask: causal() }, { batch, head, queries, keys });
    const expected = weights[batch][head].slice(...queries).map((row) => row.slice(...keys));
    expect(tile.shape).toEqual([queries[1] - queries[0], keys[1] - keys[0]]);
    expect(tile.dtype).toBe("float64");
    if (expected.length > 0) assertAllClose(tile, tensor(expected, { dtype: "float64" }), tight);
  }
});

test("weights times values are the output, with every option", () => {
  const options = {
    normalizer: "entmax15" as const,
    keyLengths: [4, 6],
    queryOffset: 1,
    mask: causal(),
    past: { key: slice(key, [null, null, [0, 2]]), value: slice(value, [null, null, [0, 2]]) },
  };
  const [newKey, newValue] = [slice(key, [null, null, [2, 6]]), slice(value, [null, null, [2, 6]])];
  const weights = attentionWeights(query, newKey, options, { batch: 1, head: 2 });
  const { output } = attention(query, newKey, newValue, options);
  assertAllClose(matmul(weights, slice(value, [1, 1])), slice(output, [1, 2]), tight);
});

test("the score stage shows changed scores, and -Infinity where nothing is seen", () => {
  const tile = attentionWeights(
    tensor([[[[2], [3]]]]),
    tensor([[[[1], [5]]]]),
    { mask: causal(), score: ({ score }) => score.add(0.5) },
    { stage: "score" },
  );
  expect(toNested(tile)).toEqual([
    [2.5, -Infinity],
    [3.5, 15.5],
  ]);
});

test("weightRows gives only the pairs that are seen", () => {
  const rows = weightRows(query, key, { mask: ({ key: k }) => k.remainder(2).equal(1) });
  expect(rows.read(0, 0, 0)).toBe(3);
  expect(Array.from(rows.row.keys.slice(0, 3))).toEqual([1, 3, 5]);
  expect(rows.row.weights.slice(0, 3).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect([rows.batch, rows.heads, rows.queries, rows.keys]).toEqual([2, 4, 5, 6]);
});

test("a tile outside is refused", () => {
  for (const tile of [
    { batch: 2 },
    { head: -1 },
    { head: 0.5 },
    { queries: [0, 6] },
    { keys: [4, 3] },
    { stage: "x" },
  ]) {
    expect(() => attentionWeights(query, key, {}, tile as { batch: number })).toThrow(AttentionError);
  }
  expect(toArray(attentionWeights(query, key, {}, { queries: [2, 2] }))).toEqual([]);
});
