import { expect, test } from "vitest";
import { at, ShapeError, tensor, toNested, transpose, write } from "./index.ts";

const t = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

test("at reads one element, through views too", () => {
  expect(at(t, 1, 2)).toBe(6);
  expect(at(transpose(t), 2, 1)).toBe(6);
});

test("write changes the data that every view sees", () => {
  const base = tensor([[0, 0]], { dtype: "float16" });
  write(transpose(base), [1, 0], 1.5);
  expect(toNested(base)).toEqual([[0, 1.5]]);
});

test.each([[[]], [[0]], [[2, 0]], [[0, -1]], [[0, 0.5]], [[0, NaN]], [[0, 0, 0]]])("index %j is refused", (index) => {
  expect(() => at(t, ...index)).toThrow(ShapeError);
  expect(() => write(t, index, 9)).toThrow("inside shape [2, 3]");
});

test("toNested is what tensor takes", () => {
  expect(toNested(tensor(toNested(t)))).toEqual([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
  expect(toNested(tensor(3))).toBe(3);
});

test("write refuses a number that the dtype cannot hold, and changes nothing", () => {
  const ints = tensor([1], { dtype: "int32" });
  expect(() => write(ints, [0], 0.5)).toThrow("write: int32 cannot hold 0.5");
  expect(at(ints, 0)).toBe(1);
});
