import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { nattenPicture } from "./natten-definition.test-support.ts";
import { tileOrder } from "./tile-order.ts";
import { tiledNeighborhood2d } from "./tiled-neighborhood2d.ts";

test("in a row of tiles nothing changes", () => {
  expect(draw(tiledNeighborhood2d({ canvas: [1, 4], kernel: [1, 3], tile: [1, 2] }), 4)).toBe("███·\n███·\n·███\n·███");
});

test.each([
  { canvas: [4, 6], kernel: [3, 3], tile: [2, 2] },
  { canvas: [4, 6], kernel: [2, 5], tile: [2, 3] },
  { canvas: [6, 2], kernel: [6, 1], tile: [3, 1] },
] as const)("agrees with NATTEN's definition in tile order: $canvas, $kernel, $tile", ({ canvas, kernel, tile }) => {
  expect(draw(tiledNeighborhood2d({ canvas, kernel, tile }), canvas[0] * canvas[1])).toBe(
    nattenPicture(canvas, kernel, tileOrder(canvas, tile)),
  );
});

test("a tile that does not divide the canvas is refused", () => {
  expect(() => tiledNeighborhood2d({ canvas: [4, 4], kernel: [3, 3], tile: [3, 2] })).toThrow(
    "tiledNeighborhood2d: tile height must divide",
  );
});
