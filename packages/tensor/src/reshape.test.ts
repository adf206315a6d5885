import * as fc from "fast-check";
import { expect, test } from "vitest";
import { everyIndex, knownTensors } from "../test/naive-view.ts";
import {
  arange,
  at,
  broadcastTo,
  expandDims,
  reshape,
  ShapeError,
  size,
  slice,
  squeeze,
  tensor,
  toArray,
  transpose,
} from "./index.ts";

test("reshape keeps row-major order, -1 stands for the rest", () => {
  const t = arange(6);
  expect(reshape(t, [2, -1]).shape).toEqual([2, 3]);
  expect(at(reshape(t, [2, 3]), 1, 0)).toBe(3);
  expect(reshape(t, [2, 3]).data).toBe(t.data);
  expect(reshape(tensor([5]), []).shape).toEqual([]);
});

test("any tensor reshaped to any factorization reads the same in row-major order", () => {
  fc.assert(
    fc.property(knownTensors, fc.infiniteStream(fc.nat()), ({ tensor, expected }, choices) => {
      const shape = factorize(size(tensor), choices);
      const order = everyIndex(tensor.shape).map(expected);
      expect(toArray(reshape(tensor, shape))).toEqual(order);
      expect(reshape(tensor, shape).shape).toEqual(shape);
    }),
  );
});

test("splitting and joining axes of a transposed tensor needs no copy, merging what lies apart does", () => {
  const t = transpose(reshape(arange(24), [2, 3, 4]), [2, 0, 1]); // [4, 2, 3]: the last two still lie together
  expect(reshape(t, [4, 6]).data).toBe(t.data);
  expect(reshape(t, [2, 2, 2, 1, 3]).data).toBe(t.data);
  expect(reshape(t, [8, 3]).data).not.toBe(t.data);
  expect(toArray(reshape(t, [8, 3]))).toEqual(toArray(t));
  const row = broadcastTo(tensor([[1], [2]]), [2, 3]);
  expect(toArray(reshape(row, [6]))).toEqual([1, 1, 1, 2, 2, 2]);
});

test("a slice with a step splits without a copy", () => {
  const t = slice(arange(12), [[null, null, 2]]);
  expect(reshape(t, [2, 3]).data).toBe(t.data);
  expect(toArray(reshape(t, [2, 3]))).toEqual([0, 2, 4, 6, 8, 10]);
});

test.each([[[4]], [[-1, 4]], [[-1, -1]], [[2.5, 2]], [[NaN]], [[-2, -3]], [[-1, 0]]])(
  "reshape to %j is refused",
  (shape) => {
    expect(() => reshape(arange(6), shape)).toThrow(ShapeError);
  },
);

test("expandDims and squeeze add and drop axes of length 1", () => {
  const t = arange(3);
  expect(expandDims(t, 0).shape).toEqual([1, 3]);
  expect(expandDims(t, -1).shape).toEqual([3, 1]);
  expect(squeeze(reshape(t, [1, 3, 1])).shape).toEqual([3]);
  expect(squeeze(reshape(t, [1, 3, 1]), -1).shape).toEqual([1, 3]);
  expect(() => squeeze(t, 0)).toThrow("squeeze: axis 0 must have length 1, got shape [3]");
  expect(() => expandDims(t, 3)).toThrow(ShapeError);
});

/** Some shape with that many elements. */
function factorize(count: number, choices: Iterator<number>): number[] {
  if (count === 0) return [3, 0];
  const shape: number[] = [];
  for (let rest = count; rest > 1 || shape.length < 1;) {
    const divisors = Array.from({ length: rest }, (_, i) => i + 1).filter((d) => rest % d === 0);
    const length = divisors[choices.next().value % divisors.length];
    if (shape.length > 6) return [...shape, rest];
    shape.push(length);
    rest /= length;
  }
  return shape;
}
