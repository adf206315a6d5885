import { expect, test } from "vitest";
import { causal } from "../masks/causal.ts";
import { createBlockMask } from "../block-mask/create-block-mask.ts";
import { drawBlocks } from "./draw-blocks.ts";
import { padding } from "../masks/padding.ts";

test("blocks are full, partial or empty", () => {
  expect(drawBlocks(createBlockMask(causal(), { queries: 8, keys: 8, queryBlock: 2, keyBlock: 2 }))).toBe(
    "▒···\n█▒··\n██▒·\n███▒",
  );
});

test("a layer of the batch", () => {
  const mask = createBlockMask(padding([3, 4]), { batch: 2, queries: 2, keys: 6, queryBlock: 2, keyBlock: 2 });
  expect(drawBlocks(mask)).toBe("█▒·");
  expect(drawBlocks(mask, { batch: 1 })).toBe("██·");
});

test("a picture nobody can read is refused", () => {
  const mask = createBlockMask(causal(), { queries: 10_000, keys: 10_000, queryBlock: 1, keyBlock: 1 });
  expect(() => drawBlocks(mask)).toThrow(
    "drawBlocks: a picture may have 16777216 characters, got 10000 × 10000 blocks.",
  );
});
