import { expect, test } from "vitest";
import { tileOrder } from "./tile-order.ts";

test("tokens run tile by tile, row by row inside each tile", () => {
  expect([...tileOrder([2, 4], [2, 2])]).toEqual([0, 1, 4, 5, 2, 3, 6, 7]);
});

test("tiles as wide as the canvas change nothing", () => {
  expect([...tileOrder([2, 2], [1, 2])]).toEqual([0, 1, 2, 3]);
});

test("a tile that does not divide the canvas is refused", () => {
  expect(() => tileOrder([4, 4], [2, 3])).toThrow(
    "tileOrder: tile width must divide the canvas, got 3 and 4. Pad the canvas, or choose another tile.",
  );
});
