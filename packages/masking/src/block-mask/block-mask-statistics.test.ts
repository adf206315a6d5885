import { expect, test } from "vitest";
import { blockMaskStatistics } from "./block-mask-statistics.ts";
import { causal } from "../masks/causal.ts";
import { createBlockMask } from "./create-block-mask.ts";
import { padding } from "../masks/padding.ts";

test("counts of a causal mask, whose last blocks are cut short", () => {
  // 5 × 5 in blocks of 2: full blocks (1,0) 4 pairs, (2,0) and (2,1) 2 each; partial (0,0) and (1,1) 4 each, (2,2) 1
  // (2,2) holds the pair (4,4) alone, which is visible: full
  const mask = createBlockMask(causal(), { queries: 5, keys: 5, queryBlock: 2, keyBlock: 2 });
  const statistics = blockMaskStatistics(mask);
  expect(statistics).toEqual({
    blocks: 9,
    full: 4,
    partial: 2,
    empty: 3,
    runs: 4,
    bytes: 16 + 4 * 9,
    visible: { low: 9 / 25, high: 17 / 25 },
  });
});

test("layers are counted together", () => {
  const mask = createBlockMask(padding([2, 4]), { batch: 2, queries: 4, keys: 4, queryBlock: 2, keyBlock: 2 });
  expect(blockMaskStatistics(mask)).toMatchObject({
    blocks: 8,
    full: 6,
    partial: 0,
    empty: 2,
    visible: { low: 0.75, high: 0.75 },
  });
});

test("nothing has no visible share", () => {
  expect(blockMaskStatistics(createBlockMask(causal(), { queries: 0, keys: 8 }))).toMatchObject({
    blocks: 0,
    visible: { low: 0, high: 0 },
  });
});
