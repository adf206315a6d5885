import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { slidingTilePicture } from "./sliding-tile.test-support.ts";
import { slidingTile3d } from "./sliding-tile3d.ts";

test("three frames of one token, each seeing two", () => {
  expect(draw(slidingTile3d({ canvas: [3, 1, 1], kernel: [2, 1, 1], tile: [1, 1, 1] }), 3)).toBe("██·\n██·\n·██");
});

test.each([
  { canvas: [3, 2, 4], kernel: [1, 2, 2], tile: [1, 2, 2], text: 0 },
  { canvas: [2, 4, 6], kernel: [2, 4, 4], tile: [2, 2, 2], text: 2 },
  { canvas: [3, 3, 3], kernel: [3, 2, 1], tile: [1, 1, 1], text: 0 },
] as const)("agrees with the definition: $canvas, $kernel, $tile, text $text", ({ canvas, kernel, tile, text }) => {
  const positions = canvas[0] * canvas[1] * canvas[2] + text;
  expect(draw(slidingTile3d({ canvas, kernel, tile, text }), positions)).toBe(
    slidingTilePicture(canvas, kernel, tile, text),
  );
});

test("a canvas of two axes is refused", () => {
  const canvas = [4, 4] as unknown as [number, number, number];
  expect(() => slidingTile3d({ canvas, kernel: [1, 1, 1], tile: [1, 1, 1] })).toThrow(
    "slidingTile3d: canvas must be [time, height, width], got [4,4].",
  );
});
