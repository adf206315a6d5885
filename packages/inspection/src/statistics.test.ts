import { assertAllClose, randomGenerator, slice, sum, tensor, toArray, toNested, zeros } from "@fovea/tensor";
import { attentionWeights } from "@fovea/dot-product-attention";
import { expect, test } from "vitest";
import { columnSums } from "./column-sums.ts";
import { entropy } from "./entropy.ts";
import { InspectionError } from "./inspection-error.ts";
import { topKeys } from "./top-keys.ts";

const random = randomGenerator(1);
const query = random.normal([2, 4, 5, 3], { dtype: "float64" });
const key = random.normal([2, 2, 6, 3], { dtype: "float64" });
/** A query of 1 makes the keys the scores. */
const one = tensor([[[[1]]]], { dtype: "float64" });
const scored = (scores: readonly number[]): typeof one => tensor([[scores.map((s) => [s])]], { dtype: "float64" });

test("looking at n keys alike has entropy log n, at one key 0", () => {
  const result = entropy(zeros([1, 1, 4, 2]), zeros([1, 1, 4, 2]), { mask: ({ query: q, key: k }) => k.lessEqual(q) });
  toArray(result).forEach((nats, q) => expect(nats).toBeCloseTo(Math.log(q + 1), 12));
});

test("entropy by hand: weights 3/4 and 1/4", () => {
  const expected = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
  expect(toArray(entropy(one, scored([Math.log(3), 0])))[0]).toBeCloseTo(expected, 12);
});

test("rows that do not sum to 1 are scaled first; rows that see nothing have entropy 0", () => {
  expect(toArray(entropy(one, scored([2, 2]), { normalizer: "relu" }))[0]).toBeCloseTo(Math.log(2), 12);
  expect(toArray(entropy(one, scored([2, 2]), { mask: ({ key: k }) => k.less(0) }))).toEqual([0]);
});

test("top keys come by weight, of equal weights the earlier first, and -1 where there are no more", () => {
  const { keys, weights } = topKeys(one, scored([0, 2, 1, 2]), 3);
  expect(toArray(keys)).toEqual([1, 3, 2]);
  const all = toArray(attentionWeights(one, scored([0, 2, 1, 2])));
  expect(toArray(weights)).toEqual([all[1], all[3], all[2]]);
  const few = topKeys(one, scored([5, 7]), 4, { mask: ({ key: k }) => k.equal(1) });
  expect(toArray(few.keys)).toEqual([1, -1, -1, -1]);
  expect(toArray(few.weights)).toEqual([1, 0, 0, 0]);
});

test("top keys of every row agree with sorting the matrix", () => {
  const { keys } = topKeys(query, key, 6);
  const matrix = toNested(attentionWeights(query, key, {}, { batch: 1, head: 3 })) as number[][];
  const expected = matrix.map((row) => row.map((_, k) => k).sort((a, b) => row[b] - row[a]));
  expect(toNested(slice(keys, [1, 3]))).toEqual(expected);
});

test("column sums are the columns of the matrix, and all of them together the number of queries", () => {
  const sums = columnSums(query, key, { keyLengths: [6, 4] });
  const matrix = attentionWeights(query, key, { keyLengths: [6, 4] }, { batch: 1, head: 2 });
  assertAllClose(slice(sums, [1, 2]), sum(matrix, 0), { absolute: 1e-12, relative: 1e-12 });
  toArray(sum(sums, 2)).forEach((total) => expect(total).toBeCloseTo(5, 12));
  expect(toArray(slice(sums, [1, 2])).slice(4)).toEqual([0, 0]);
});

test("a count that is no whole number is refused", () => {
  expect(() => topKeys(query, key, 0)).toThrow(InspectionError);
  expect(() => topKeys(query, key, 1.5)).toThrow("got 1.5");
});

test("one top key is the fewest: the largest weight of each row", () => {
  const { keys } = topKeys(one, scored([0, 2, 1]), 1);
  expect([keys.shape, toArray(keys)]).toEqual([[1, 1, 1, 1], [1]]);
  for (const count of [-1, NaN]) expect(() => topKeys(query, key, count)).toThrow("at least 1");
});
