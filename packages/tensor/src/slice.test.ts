import * as fc from "fast-check";
import { expect, test } from "vitest";
import { everyIndex, knownTensors } from "../test/naive-view.ts";
import { arange, at, reshape, ShapeError, slice, toArray, toNested } from "./index.ts";
import type { SliceRange } from "./index.ts";

const t = reshape(arange(12), [3, 4]);

test("a number drops its axis, null takes it whole, a pair takes from start to before end", () => {
  expect(toNested(slice(t, [1]))).toEqual([4, 5, 6, 7]);
  expect(toNested(slice(t, [null, 2]))).toEqual([2, 6, 10]);
  expect(toNested(slice(t, [[1, 3], [0, 2]]))).toEqual([[4, 5], [8, 9]]); // prettier-ignore
  expect(slice(t, [-1, -1]).shape).toEqual([]);
  expect(slice(t, [[1, 3]]).data).toBe(t.data);
});

test("negative positions count from the end, steps skip, negative steps go back", () => {
  expect(toNested(slice(t, [0, [-3, -1]]))).toEqual([1, 2]);
  expect(toNested(slice(t, [0, [null, null, 2]]))).toEqual([0, 2]);
  expect(toNested(slice(t, [0, [null, null, -1]]))).toEqual([3, 2, 1, 0]);
  expect(toNested(slice(t, [0, [2, 0, -1]]))).toEqual([2, 1]);
  expect(toNested(slice(t, [0, [2, 2]]))).toEqual([]);
  expect(toNested(slice(t, [0, [3, 1]]))).toEqual([]);
});

test.each<[SliceRange[]]>([
  [[3]],
  [[-4]],
  [[0.5]],
  [[NaN]],
  [[[0, 4]]],
  [[[0, 2, 0]]],
  [[[0, 2, 0.5]]],
  [[[-4, 2]]],
  [[null, null, null]],
])("ranges %j are refused rather than cut", (ranges) => {
  expect(() => slice(t, ranges)).toThrow(ShapeError);
});

test("any range of any tensor holds what Array.prototype.slice and a step pick", () => {
  const ranges = fc.array(
    fc.tuple(
      fc.nat(4),
      fc.nat(4),
      fc.integer({ min: -3, max: 3 }).filter((step) => step !== 0),
    ),
    {
      minLength: 4,
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(knownTensors, ranges, ({ tensor, expected }, wanted) => {
      const picked = tensor.shape.map((length, axis) => {
        const [a, b, step] = wanted[axis];
        const [start, end] = [Math.min(a, length), Math.min(b, length)];
        const positions: number[] = [];
        if (step > 0) for (let i = start; i < end; i += step) positions.push(i);
        else for (let i = Math.min(start, length - 1); i > end; i += step) positions.push(i);
        return { range: [start, end, step] as const, positions };
      });
      const part = slice(tensor, picked.map(({ range }) => range)); // prettier-ignore
      expect(part.shape).toEqual(picked.map(({ positions }) => positions.length));
      for (const index of everyIndex(part.shape)) {
        expect(at(part, ...index)).toBe(expected(index.map((i, axis) => picked[axis].positions[i])));
      }
    }),
  );
});

test("a slice of nothing stays inside the data", () => {
  expect(toArray(slice(t, [[3, 3]]))).toEqual([]);
});
