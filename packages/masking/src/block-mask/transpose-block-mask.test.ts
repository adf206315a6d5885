import * as fc from "fast-check";
import { expect, test } from "vitest";
import { causal } from "../masks/causal.ts";
import { createBlockMask } from "./create-block-mask.ts";
import { documents } from "../masks/documents.ts";
import { drawBlocks } from "../draw/draw-blocks.ts";
import { either } from "../combine/either.ts";
import { padding } from "../masks/padding.ts";
import { slidingWindow } from "../masks/sliding-window.ts";
import { transposeBlockMask } from "./transpose-block-mask.ts";

/** The picture with rows and columns exchanged. */
function flip(picture: string): string {
  const lines = picture.split("\n");
  return Array.from(lines[0], (_, column) => lines.map((line) => line[column]).join("")).join("\n");
}

test("causal seen from the keys", () => {
  const mask = createBlockMask(causal(), { queries: 6, keys: 9, queryBlock: 2, keyBlock: 3, queryOffset: 3 });
  expect(drawBlocks(mask)).toBe("█▒·\n██▒\n██▒");
  const transposed = transposeBlockMask(mask);
  expect(drawBlocks(transposed)).toBe("███\n▒██\n·▒▒");
  expect(transposed).toMatchObject({ queries: 9, keys: 6, queryBlock: 3, keyBlock: 2 });
});

test("layers stay apart", () => {
  const mask = createBlockMask(padding([2, 4]), { batch: 2, queries: 2, keys: 4, queryBlock: 2, keyBlock: 2 });
  expect(drawBlocks(transposeBlockMask(mask), { batch: 0 })).toBe("█\n·");
  expect(drawBlocks(transposeBlockMask(mask), { batch: 1 })).toBe("█\n█");
});

test("any mask is flipped, and flipped twice is the same data", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }),
      fc.nat(6),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      (ids, lookback, queryBlock, keyBlock) => {
        const program = either(documents(ids), slidingWindow({ lookback, lookahead: 1 }));
        const mask = createBlockMask(program, {
          queries: ids.length,
          keys: ids.length + 3,
          queryBlock,
          keyBlock,
          exact: true,
        });
        const transposed = transposeBlockMask(mask);
        expect(drawBlocks(transposed)).toBe(flip(drawBlocks(mask)));
        expect(transposeBlockMask(transposed)).toEqual(mask);
      },
    ),
    { numRuns: 100 },
  );
});

test("a mask without queries has no runs either way", () => {
  expect(transposeBlockMask(createBlockMask(causal(), { queries: 0, keys: 300 })).rowStarts).toEqual(new Int32Array(4));
});
