import { expect, test } from "vitest";
import { booleanMask } from "./contenders/boolean-mask.ts";
import { documentLengths } from "./document-lengths.ts";
import { operationsOf, visiblePairs } from "./work.ts";
import type { AttentionWork } from "./work.ts";

const work = (mask: AttentionWork["mask"], keys = 6): AttentionWork => ({ heads: 2, headDim: 3, keys, mask });

test.each<[string, AttentionWork["mask"], number]>([
  ["no mask", "none", 36],
  ["causal", "causal", 21],
  ["a window of 2", { window: 2 }, 11],
  ["documents of 1, 2 and 3", { documents: [1, 2, 3] }, 10],
])("%s: the pairs counted are the ones of the mask that others get", (_, mask, pairs) => {
  expect(visiblePairs(work(mask))).toBe(pairs);
  expect(booleanMask(work(mask)).reduce((sum, visible) => sum + visible, 0)).toBe(pairs);
});

test("a window of 2 as ones and zeros", () => {
  expect([...booleanMask(work({ window: 2 }, 3))]).toEqual([1, 0, 0, 1, 1, 0, 0, 1, 1]);
});

test("documents as ones and zeros", () => {
  expect([...booleanMask(work({ documents: [1, 2] }, 3))]).toEqual([1, 0, 0, 0, 1, 0, 0, 1, 1]);
});

test("operations: two products of two operations per pair and number, backward five more halves", () => {
  expect(operationsOf(work("none"))).toBe(2 * 36 * 3 * 4);
  expect(operationsOf({ ...work("none"), gradients: true })).toBe(2 * 36 * 3 * 14);
});

test("document lengths add up, and are the same every time", () => {
  const lengths = documentLengths(1000, 40, 60);
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(1000);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(60);
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1);
  expect(documentLengths(1000, 40, 60)).toEqual(lengths);
});
