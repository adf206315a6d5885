import * as fc from "fast-check";
import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { neighborhood2d } from "./neighborhood2d.ts";
import { nattenPicture } from "./natten-definition.test-support.ts";

test("in a row of 4 with a neighborhood of 3 the ends see the 3 nearest", () => {
  expect(draw(neighborhood2d({ canvas: [1, 4], kernel: [1, 3] }), 4)).toBe("███·\n███·\n·███\n·███");
});

test("a corner of a 3 × 3 picture sees the 2 × 2 pixels around it", () => {
  expect(draw(neighborhood2d({ canvas: [3, 3], kernel: [2, 2] }), 1, 9)).toBe("██·██····");
});

test("positions after the picture neither see nor are seen", () => {
  expect(draw(neighborhood2d({ canvas: [1, 2], kernel: [1, 2] }), 3)).toBe("██·\n██·\n···");
});

test("agrees with NATTEN's definition for every picture and kernel", () => {
  const size = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(size, size, fc.nat(5), fc.nat(5), (height, width, a, b) => {
      const kernel = [(a % height) + 1, (b % width) + 1] as const;
      const pixels = Array.from({ length: height * width }, (_, i) => i);
      expect(draw(neighborhood2d({ canvas: [height, width], kernel }), height * width)).toBe(
        nattenPicture([height, width], kernel, pixels),
      );
    }),
    { numRuns: 50 },
  );
});

test("a kernel larger than the canvas and missing sizes are refused", () => {
  expect(() => neighborhood2d({ canvas: [4, 4], kernel: [5, 3] })).toThrow(
    "neighborhood2d: kernel must be at most the canvas, got 5 × 3 on 4 × 4.",
  );
  expect(() => neighborhood2d({ canvas: [4] as unknown as [number, number], kernel: [1, 1] })).toThrow(
    "canvas must be [height, width], got [4].",
  );
  expect(() => neighborhood2d({ canvas: [65536, 65536], kernel: [3, 3] })).toThrow("at most 2147483647 positions");
});
