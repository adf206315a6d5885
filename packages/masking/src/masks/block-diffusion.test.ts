import { expect, test } from "vitest";
import { blockDiffusion } from "./block-diffusion.ts";
import { draw } from "../draw/draw.ts";

test("noised tokens see their block and the clean blocks before it, clean tokens the clean blocks up to theirs", () => {
  expect(draw(blockDiffusion({ length: 4, block: 2 }), 8)).toBe(
    ["██······", "██······", "··████··", "··████··", "····██··", "····██··", "····████", "····████"].join("\n"),
  );
});

test("a last block cut short, and positions after both halves", () => {
  expect(draw(blockDiffusion({ length: 3, block: 2 }), 7)).toBe(
    ["██·····", "██·····", "··███··", "···██··", "···██··", "···███·", "·······"].join("\n"),
  );
});

test("sizes of 0 are refused", () => {
  expect(() => blockDiffusion({ length: 4, block: 0 })).toThrow(
    "blockDiffusion: block must be a whole number of at least 1, got 0.",
  );
  expect(() => blockDiffusion({ length: 0, block: 2 })).toThrow("length");
});
