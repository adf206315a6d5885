import { expect, test } from "vitest";
import { mortonOrder } from "./morton-order.ts";

test("the curve visits a 4 × 4 picture in the order of interleaved bits", () => {
  // position with bits y1 x1 y0 x0 → row y1 y0, column x1 x0
  const expected = Array.from(
    { length: 16 },
    (_, p) => (((p >> 3) & 1) * 2 + ((p >> 1) & 1)) * 4 + ((p >> 2) & 1) * 2 + (p & 1),
  );
  expect([...mortonOrder([4, 4])]).toEqual(expected);
});

test("other canvases leave out what lies outside the square", () => {
  expect([...mortonOrder([2, 3])]).toEqual([0, 1, 3, 4, 2, 5]);
});

test("a canvas of one pixel, and one of none", () => {
  expect([...mortonOrder([1, 1])]).toEqual([0]);
  expect(() => mortonOrder([0, 2])).toThrow("mortonOrder: canvas[0] must be a whole number of at least 1, got 0.");
});
