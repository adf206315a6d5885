import { expect, test } from "vitest";
import {
  arange,
  cast,
  concatenate,
  DTypeError,
  reshape,
  ShapeError,
  split,
  stack,
  tensor,
  toNested,
  transpose,
} from "./index.ts";

const a = tensor([[1, 2], [3, 4]]); // prettier-ignore
const b = tensor([[5], [6]]);

test("concatenate puts tensors one after the other along an axis", () => {
  expect(toNested(concatenate([a, b], 1))).toEqual([[1, 2, 5], [3, 4, 6]]); // prettier-ignore
  expect(toNested(concatenate([a, transpose(a)]))).toEqual([[1, 2], [3, 4], [1, 3], [2, 4]]); // prettier-ignore
  const halves = [a, a].map((t) => cast(t, "float16"));
  expect(toNested(concatenate(halves, -1))).toEqual([[1, 2, 1, 2], [3, 4, 3, 4]]); // prettier-ignore
});

test("stack puts tensors beside each other along a new axis", () => {
  expect(toNested(stack([tensor([1, 2]), tensor([3, 4])]))).toEqual([[1, 2], [3, 4]]); // prettier-ignore
  expect(toNested(stack([tensor([1, 2]), tensor([3, 4])], -1))).toEqual([[1, 3], [2, 4]]); // prettier-ignore
  expect(toNested(stack([tensor(1), tensor(2)]))).toEqual([1, 2]);
});

test("split undoes concatenate, without copies", () => {
  const [left, right] = split(concatenate([a, b], 1), [2, 1], 1);
  expect([toNested(left), toNested(right)]).toEqual([toNested(a), toNested(b)]);
  expect(left.data).toBe(right.data);
  expect(split(arange(6), 3).map(toNested)).toEqual([[0, 1], [2, 3], [4, 5]]); // prettier-ignore
});

test("what does not fit is refused", () => {
  expect(() => concatenate([])).toThrow("expected at least one tensor, got none");
  expect(() => concatenate([a, b])).toThrow("expected shape [2, 2] beside axis 0, got [2, 1]");
  expect(() => concatenate([a, reshape(a, [4])])).toThrow(ShapeError);
  expect(() => concatenate([a, cast(a, "int32")])).toThrow(DTypeError);
  expect(() => stack([a, b])).toThrow(ShapeError);
  expect(() => split(a, 3)).toThrow("add up to 2 on axis 0, got 3 equal parts");
  expect(() => split(a, [1, 2])).toThrow(ShapeError);
  expect(() => split(a, [3, -1])).toThrow(ShapeError);
  expect(() => split(a, 0)).toThrow(ShapeError);
  expect(() => split(a, NaN)).toThrow(ShapeError);
});
