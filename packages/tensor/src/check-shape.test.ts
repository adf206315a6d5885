import { expect, test } from "vitest";
import { checkShape, ShapeError, zeros } from "./index.ts";

test("names take the size they meet", () => {
  const sizes = checkShape("attention", "query", zeros([2, 4, 3]), ["batch", 4, "headDim"]);
  expect(sizes).toEqual({ batch: 2, headDim: 3 });
});

test("names hold from call to call", () => {
  const sizes = checkShape("attention", "query", zeros([2, 3]), ["batch", "headDim"]);
  expect(checkShape("attention", "key", zeros([5, 3]), ["keys", "headDim"], sizes)).toEqual({
    batch: 2,
    headDim: 3,
    keys: 5,
  });
  expect(() => checkShape("attention", "key", zeros([5, 4]), ["keys", "headDim"], sizes)).toThrow(
    "attention: key must have shape [keys, headDim = 3], got [5, 4].",
  );
});

test("a name that stands twice must meet one size", () => {
  expect(checkShape("trace", "matrix", zeros([3, 3]), ["n", "n"])).toEqual({ n: 3 });
  expect(() => checkShape("trace", "matrix", zeros([3, 2]), ["n", "n"])).toThrow(ShapeError);
});

test("another rank or another number is refused", () => {
  expect(() => checkShape("f", "x", zeros([2, 3]), [2])).toThrow("f: x must have shape [2], got [2, 3].");
  expect(() => checkShape("f", "x", zeros([2, 3]), [2, 4])).toThrow(ShapeError);
  expect(() => checkShape("f", "x", zeros([]), ["n"])).toThrow(ShapeError);
  expect(checkShape("f", "x", zeros([]), [])).toEqual({});
});

test("prototype names are names like others", () => {
  expect(() => checkShape("f", "x", zeros([2, 3]), ["constructor", "constructor"])).toThrow(ShapeError);
});
