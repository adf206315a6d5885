import { expect, test } from "vitest";
import { createBlockMask } from "../block-mask/create-block-mask.ts";
import { draw } from "../draw/draw.ts";
import { drawBlocks } from "../draw/draw-blocks.ts";
import { sharedPrefix } from "./shared-prefix.ts";

test("two answers see the question, themselves, and not each other", () => {
  expect(draw(sharedPrefix({ lengths: [2, 2, 2], prefixes: [0, 0, 0] }), 6)).toBe(
    ["█·····", "██····", "███···", "████··", "██··█·", "██··██"].join("\n"),
  );
});

test("several questions, an answer before its question, and positions after the documents", () => {
  expect(draw(sharedPrefix({ lengths: [1, 2, 1], prefixes: [1, 1, 2] }), 5)).toBe(
    ["███··", "·█···", "·██··", "···█·", "·····"].join("\n"),
  );
});

test("blocks far from a prompt and its answers are known to be empty", () => {
  const mask = sharedPrefix({ lengths: [1, 2, 1, 1, 2, 1, 1, 2, 1], prefixes: [0, 0, 0, 3, 3, 3, 6, 6, 6] });
  expect(drawBlocks(createBlockMask(mask, { queries: 12, keys: 12, queryBlock: 4, keyBlock: 4 }))).toBe(
    "▒··\n·▒·\n··▒",
  );
});

test("an answer to an answer and unequal lists are refused", () => {
  expect(() => sharedPrefix({ lengths: [1, 1, 1], prefixes: [0, 0, 1] })).toThrow(
    "sharedPrefix: prefixes[2] must be a document that continues none, got 1, which continues 0.",
  );
  expect(() => sharedPrefix({ lengths: [1, 1], prefixes: [0] })).toThrow("must be equally long, got 2 and 1");
  expect(() => sharedPrefix({ lengths: [1], prefixes: [1] })).toThrow("prefixes[0]");
});
