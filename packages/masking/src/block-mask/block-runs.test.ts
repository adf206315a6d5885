import { expect, test } from "vitest";
import { blockKind, blockRowIndex, blockRuns } from "./block-runs.ts";
import { causal } from "../masks/causal.ts";
import { createBlockMask } from "./create-block-mask.ts";
import { MaskError } from "../mask-error.ts";
import { padding } from "../masks/padding.ts";

const mask = createBlockMask(causal(), { queries: 6, keys: 6, queryBlock: 2, keyBlock: 2 });

test("a row gives its runs in order", () => {
  expect([...blockRuns(mask, { queryBlock: 2 })]).toEqual([
    { start: 0, end: 2, full: true },
    { start: 2, end: 3, full: false },
  ]);
});

test("a block is full, partial or empty", () => {
  expect([0, 1, 2].map((keyBlock) => blockKind(mask, { queryBlock: 1, keyBlock }))).toEqual([
    "full",
    "partial",
    "empty",
  ]);
});

test("a mask that does not read the batch has one layer for all of them", () => {
  expect(blockRowIndex(mask, { batch: 5, head: 3, queryBlock: 1 })).toBe(1);
  const perBatch = createBlockMask(padding([2, 6]), { batch: 2, queries: 6, keys: 6, queryBlock: 2, keyBlock: 2 });
  expect(blockRowIndex(perBatch, { batch: 1, queryBlock: 1 })).toBe(4);
  expect(blockKind(perBatch, { batch: 1, queryBlock: 0, keyBlock: 2 })).toBe("full");
  expect(blockKind(perBatch, { batch: 0, queryBlock: 0, keyBlock: 2 })).toBe("empty");
  expect(() => blockRowIndex(perBatch, { batch: 2, queryBlock: 1 })).toThrow(
    "batch must be a whole number from 0 to 1, got 2",
  );
});

test("blocks that do not exist are refused", () => {
  expect(() => [...blockRuns(mask, { queryBlock: 3 })]).toThrow("queryBlock must be a whole number from 0 to 2, got 3");
  expect(() => blockKind(mask, { queryBlock: 0, keyBlock: 3 })).toThrow(MaskError);
});
