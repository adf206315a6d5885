import { expect, test } from "vitest";
import { frames } from "./frames.ts";
import { tensor } from "./from-values.ts";
import { matmul } from "./matmul.ts";
import { toNested } from "./elements.ts";
import { slice } from "./slice.ts";

test("frames overlap, and share the memory of what they are frames of", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
    [9, 10],
    [11, 12],
  ]);
  const framed = frames(x, { length: 3, step: 2 });
  expect(toNested(framed)).toEqual([
    [1, 2, 3, 4, 5, 6],
    [5, 6, 7, 8, 9, 10],
  ]);
  expect(framed.data).toBe(x.data);
});

test("a convolution over time is one product: differences of neighbors", () => {
  const x = tensor([[1], [4], [9], [16]]);
  expect(toNested(matmul(frames(x, { length: 2 }), tensor([[-1], [1]])))).toEqual([[3], [5], [7]]);
});

test("columns of something wider are framed, too", () => {
  const x = slice(
    tensor([
      [1, 0],
      [2, 0],
      [3, 0],
    ]),
    [null, [0, 1]],
  );
  expect(toNested(frames(x, { length: 2 }))).toEqual([
    [1, 2],
    [2, 3],
  ]);
});

test.each([
  [{ length: 3 }, "expected at least 3 tokens for one frame, got 2"],
  [{ length: 0 }, "length must be a whole number of at least 1, got 0"],
  [{ length: 1, step: 0.5 }, "step must be a whole number of at least 1, got 0.5"],
])("%j of two tokens is refused", (options, message) => {
  expect(() => frames(tensor([[1], [2]]), options)).toThrow(message);
});
