import { assertAllClose, tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { areaAverage } from "./area-average.ts";
import { grayPicture, type GrayPicture } from "./gray-picture.ts";
import { lightOnDark } from "./light-on-dark.ts";
import { viewOf } from "./view.ts";
import { visionModels } from "./vision-models.ts";

/** A picture from rows of numbers. */
const gray = (...rows: number[][]): GrayPicture => ({
  width: rows[0].length,
  height: rows.length,
  light: Float32Array.from(rows.flat()),
});

/** A picture of `width × height` that is light where a function says so. */
const drawn = (width: number, height: number, light: (x: number, y: number) => number): GrayPicture => ({
  width,
  height,
  light: Float32Array.from({ length: width * height }, (_, i) => light(i % width, Math.floor(i / width))),
});

/** A 7 of two bars, 100 × 200. */
const seven = (x: number, y: number): boolean => x >= 0 && x < 100 && y >= 0 && y < 200 && (y < 20 || x >= 80);

test("color becomes gray by 0.299, 0.587 and 0.114, over black where it is transparent", () => {
  const data = Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 51);
  const { light } = grayPicture({ width: 4, height: 1, data });
  assertAllClose(tensor(light), [0.299, 0.587, 0.114, 0.2], { absolute: 1e-6, relative: 0 });
});

test("black on nothing is laid over white", () => {
  const { light } = grayPicture({ width: 2, height: 1, data: Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 0) });
  expect([...light]).toEqual([0, 1]);
});

test("making smaller takes the mean of the area, over parts of pixels too, and black beyond the edges", () => {
  const picture = gray([1, 0, 0], [0, 1, 0], [0, 0, 1]);
  // 3 to 2: the first new pixel covers one pixel and halves of its neighbors: (1 + 0 + 0 + 1 / 4) / (9 / 4)
  const smaller = areaAverage(picture, { left: 0, top: 0, side: 3 }, 2);
  assertAllClose(tensor(smaller.light), [5 / 9, 1 / 9, 1 / 9, 5 / 9], { absolute: 1e-6, relative: 0 });
  const beyond = areaAverage(picture, { left: -1, top: -1, side: 2 }, 1);
  expect([...beyond.light]).toEqual([0.25]);
});

test("a picture with a light border is turned over, unless it is said otherwise", () => {
  const ink = gray([1, 1, 1], [1, 0, 1], [1, 1, 1]);
  expect(lightOnDark(ink)).toEqual({ picture: gray([0, 0, 0], [0, 1, 0], [0, 0, 0]), isInverted: true });
  expect(lightOnDark(ink, false)).toEqual({ picture: ink, isInverted: false });
});

test("28 × 28 is taken as it is", () => {
  const picture = drawn(28, 28, (x, y) => (x > 3 && x < 9 && y > 20 ? 0.7 : 0));
  const view = viewOf("it", picture, visionModels.digits);
  expect(view.seen).toBe(picture);
});

test("clothes are trimmed and fill the frame, wherever they lie in a picture of whatever size", () => {
  // 140 × 70 in the middle of 28 × 28: all columns, and half of the rows
  const picture = drawn(300, 200, (x, y) => (x >= 20 && x < 160 && y >= 90 && y < 160 ? 1 : 0));
  const { seen } = viewOf("it", picture, visionModels.fashion);
  const expected = drawn(28, 28, (_, y) => (y >= 7 && y < 21 ? 1 : 0));
  assertAllClose(tensor(seen.light), tensor(expected.light), { absolute: 1e-6, relative: 0 });
});

test("digits become 20 pixels long with their center of mass in the middle, dark on light like light on dark", () => {
  const paper = drawn(400, 300, (x, y) => (seven(x - 37, y - 61) ? 0.2 : 0.9));
  const { seen, isInverted } = viewOf("it", paper, visionModels.digits);
  expect(isInverted).toBe(true);
  const [mass, across, down] = seen.light.reduce(
    ([mass, across, down], value, i) => [
      mass + value,
      across + value * ((i % 28) + 0.5),
      down + value * (Math.floor(i / 28) + 0.5),
    ],
    [0, 0, 0],
  );
  expect(mass).toBeCloseTo(5600 / 10 ** 2, 3);
  expect(across / mass).toBeCloseTo(14, 3);
  expect(down / mass).toBeCloseTo(14, 3);
  const rows = Array.from({ length: 28 }, (_, y) => Math.max(...seen.light.subarray(28 * y, 28 * y + 28)) > 0.01);
  expect(rows.filter(Boolean).length).toBeLessThanOrEqual(21);
});

test("an even surface is refused", () => {
  const paper = drawn(50, 50, (x) => 0.8 + 0.0001 * x);
  expect(() => viewOf("paper.png", paper, visionModels.fashion)).toThrow(/^paper\.png is one even surface/);
});
