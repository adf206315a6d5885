import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { slidingTilePicture } from "./sliding-tile.test-support.ts";
import { slidingTile2d } from "./sliding-tile2d.ts";

test("three tiles of one token side by side, each seeing two", () => {
  expect(draw(slidingTile2d({ canvas: [1, 3], kernel: [1, 2], tile: [1, 1] }), 3)).toBe("██·\n██·\n·██");
});

test("all tokens of a tile see the same tiles, and text sees everything", () => {
  expect(draw(slidingTile2d({ canvas: [2, 4], kernel: [2, 2], tile: [2, 2], text: 1 }), 9)).toBe(
    [...Array<string>(4).fill("████····█"), ...Array<string>(4).fill("····█████"), "█████████"].join("\n"),
  );
});

test.each([
  { canvas: [4, 6], kernel: [4, 2], tile: [2, 2], text: 0 },
  { canvas: [6, 6], kernel: [6, 4], tile: [2, 1], text: 2 },
  { canvas: [2, 8], kernel: [2, 6], tile: [1, 2], text: 1 },
] as const)("agrees with the definition: $canvas, $kernel, $tile, text $text", ({ canvas, kernel, tile, text }) => {
  const positions = canvas[0] * canvas[1] + text;
  expect(draw(slidingTile2d({ canvas, kernel, tile, text }), positions)).toBe(
    slidingTilePicture(canvas, kernel, tile, text),
  );
});

test("positions after the picture and its text neither see nor are seen", () => {
  expect(draw(slidingTile2d({ canvas: [1, 1], kernel: [1, 1], tile: [1, 1], text: 1 }), 3)).toBe("██·\n██·\n···");
});

test("kernels that are no multiple of the tile, or too large, are refused", () => {
  expect(() => slidingTile2d({ canvas: [4, 4], kernel: [3, 2], tile: [2, 2] })).toThrow(
    "slidingTile2d: kernel height must be a multiple of the tile's and at most the canvas's, got 3, 2 and 4.",
  );
  expect(() => slidingTile2d({ canvas: [4, 4], kernel: [2, 6], tile: [2, 2] })).toThrow("kernel width");
  expect(() => slidingTile2d({ canvas: [4, 4], kernel: [2, 2], tile: [2, 2], text: -1 })).toThrow("text");
});
