import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { mortonNeighborhood2d } from "./morton-neighborhood2d.ts";
import { mortonOrder } from "./morton-order.ts";
import { nattenPicture } from "./natten-definition.test-support.ts";

test("the upper left pixel of a 4 × 4 picture sees the 3 × 3 pixels around it", () => {
  expect(draw(mortonNeighborhood2d({ canvas: [4, 4], kernel: [3, 3] }), 1, 16)).toBe("█████·█·██··█···");
});

test.each([
  { canvas: [4, 4], kernel: [3, 3] },
  { canvas: [3, 5], kernel: [2, 3] },
] as const)("agrees with NATTEN's definition in Morton order: $canvas, $kernel", ({ canvas, kernel }) => {
  expect(draw(mortonNeighborhood2d({ canvas, kernel }), canvas[0] * canvas[1])).toBe(
    nattenPicture(canvas, kernel, mortonOrder(canvas)),
  );
});

test("positions after the picture neither see nor are seen", () => {
  expect(draw(mortonNeighborhood2d({ canvas: [1, 2], kernel: [1, 2] }), 3)).toBe("██·\n██·\n···");
});
