import { arange, at, reshape, tensor, toArray, toNested } from "@fovea/tensor";
import { expect, test } from "vitest";
import { patches, patchesGradient } from "./patches.ts";

test("a picture of 4 × 4 becomes four patches, read row by row", () => {
  const image = reshape(arange(16), [1, 1, 4, 4]);
  expect(toNested(patches(image, { patchSize: 2 }))).toEqual([
    [
      [0, 1, 4, 5],
      [2, 3, 6, 7],
      [8, 9, 12, 13],
      [10, 11, 14, 15],
    ],
  ]);
});

test("channels first keeps a channel together, channels last keeps a pixel together", () => {
  // red 1 2 / 3 4, green 10 20 / 30 40
  const first = tensor([
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [10, 20],
        [30, 40],
      ],
    ],
  ]);
  const last = tensor([
    [
      [
        [1, 10],
        [2, 20],
      ],
      [
        [3, 30],
        [4, 40],
      ],
    ],
  ]);
  expect(toArray(patches(first, { patchSize: 2 }))).toEqual([1, 2, 3, 4, 10, 20, 30, 40]);
  expect(toArray(patches(last, { patchSize: 2, layout: "channelsLast" }))).toEqual([1, 10, 2, 20, 3, 30, 4, 40]);
});

test("patches need not be square", () => {
  const image = reshape(arange(8), [1, 1, 2, 4]);
  expect(toNested(patches(image, { patchSize: [1, 4] }))).toEqual([
    [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ],
  ]);
});

test("the gradient puts every patch back where it was cut", () => {
  for (const layout of ["channelsFirst", "channelsLast"] as const) {
    const shape = layout === "channelsFirst" ? [2, 3, 4, 6] : [2, 4, 6, 3];
    const image = reshape(arange(2 * 3 * 4 * 6), shape);
    const options = { patchSize: [2, 3] as const, layout };
    const back = patchesGradient(shape, patches(image, options), options);
    expect(back.shape).toEqual(shape);
    expect(at(back, 1, 2, 3, 2)).toBe(at(image, 1, 2, 3, 2));
    expect(toArray(back)).toEqual(toArray(image));
  }
});

test("a picture that does not divide into patches is refused", () => {
  const image = reshape(arange(15), [1, 1, 3, 5]);
  expect(() => patches(image, { patchSize: 2 })).toThrow("got 3 × 5 and patches of 2 × 2");
  expect(() => patches(reshape(image, [3, 5]), { patchSize: 1 })).toThrow("[batch, channels, height, width]");
  expect(() => patches(image, { patchSize: 0 })).toThrow("patch height must be a whole number of at least 1");
});

test("a patch may be one pixel or the whole picture, channels first where nothing is said", () => {
  const image = reshape(arange(8), [1, 2, 2, 2]);
  expect(patches(image, { patchSize: 1 }).shape).toEqual([1, 4, 2]);
  expect(toNested(patches(image, { patchSize: 2 }))).toEqual([[[0, 1, 2, 3, 4, 5, 6, 7]]]);
  const [first, last] = (["channelsFirst", "channelsLast"] as const).map((layout) =>
    toArray(patches(image, { patchSize: 2, layout })),
  );
  expect([first, last]).toEqual([
    [0, 1, 2, 3, 4, 5, 6, 7],
    [0, 1, 2, 3, 4, 5, 6, 7],
  ]);
  expect(toNested(patches(image, { patchSize: 1 }))).toEqual([[[0, 4], [1, 5], [2, 6], [3, 7]]]); // prettier-ignore
  expect(() => patches(image, { patchSize: 3 })).toThrow("got 2 × 2 and patches of 3 × 3");
  expect(() => patches(image, { patchSize: [1, 0] })).toThrow("patch width must be a whole number of at least 1");
  expect(() => patches(image, { patchSize: 1, layout: "rows" as "channelsLast" })).toThrow("layout must be one of");
});
