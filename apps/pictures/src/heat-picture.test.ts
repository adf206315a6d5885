import { expect, test } from "vitest";
import { grayView, heatShades, heatView, type SquarePicture } from "./heat-picture.ts";
import { terminalPicture } from "./terminal-picture.ts";
import type { View } from "./view.ts";

/** 4 × 4, white on its right half. */
const picture = { width: 4, height: 4, light: Float32Array.from({ length: 16 }, (_, i) => (i % 4 > 1 ? 1 : 0)) };
const view: View = {
  name: "it",
  picture,
  frame: { left: 0, top: 0, side: 4 },
  seen: picture,
  isInverted: false,
};
/** Two by two patches, all the looks at the lower left one. */
const lowerLeft = [0, 0, 1, 0];

const at = ({ size, colors }: SquarePicture, x: number, y: number): number[] => [
  ...colors.subarray(3 * (y * size + x), 3 * (y * size + x) + 3),
];

test("without heat a picture is gray, with the detail it has", () => {
  const gray = grayView(view, 8);
  expect([at(gray, 3, 0), at(gray, 4, 0)]).toEqual([
    [0, 0, 0],
    [255, 255, 255],
  ]);
});

test("where the model looked is warm, where it did not stays gray, and light stays lighter than dark beside it", () => {
  const heat = heatView(view, lowerLeft, 20);
  const [red, , blue] = at(heat, 2, 17);
  expect(red - blue).toBeGreaterThan(50);
  const [upperRight] = [at(heat, 19, 0)];
  expect(Math.max(...upperRight) - Math.min(...upperRight)).toBeLessThan(4);
  const sum = (x: number): number => at(heat, x, 19).reduce((total, value) => total + value);
  expect(sum(10)).toBeGreaterThan(sum(9));
});

test("even looks are no heat", () => {
  expect(Math.max(...heatShades([0.25, 0.25, 0.25, 0.25], 4).colors)).toBe(0);
});

test("a terminal shows two rows of pixels in a line, in true color, of 256, or shades", () => {
  const colors = Uint8Array.from([255, 0, 0, 0, 0, 0, 0, 255, 60, 255, 255, 255]);
  const square = { size: 2, colors };
  expect(terminalPicture(square, "true")).toEqual([
    "\u001B[38;2;255;0;0;48;2;0;255;60m▀\u001B[38;2;0;0;0;48;2;255;255;255m▀\u001B[0m",
  ]);
  // red is 16 + 36 × 5, (0, 255, 60) is nearest to 95, 16 + 6 × 5 + 1, black 16, white 231
  expect(terminalPicture(square, "indexed")).toEqual(["\u001B[38;5;196;48;5;47m▀\u001B[38;5;16;48;5;231m▀\u001B[0m"]);
  expect(
    terminalPicture({ size: 2, colors: Uint8Array.from({ length: 12 }, (_, i) => (i % 6 < 3 ? 255 : 0)) }, "none"),
  ).toEqual(["█ "]);
});
