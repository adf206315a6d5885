import { expect, test } from "vitest";
import { allClose, assertAllClose, cast, tensor, zeros } from "./index.ts";

test("equal tensors pass whatever their dtype", () => {
  expect(allClose(tensor([1, 2]), cast(tensor([1, 2]), "int32"))).toEqual({
    pass: true,
    message: "all 2 elements agree",
    worst: null,
  });
});

test("the tolerance is absolute + relative * |expected|, its edge included", () => {
  expect(allClose([1.5], [1], { absolute: 0.25, relative: 0.25 }).pass).toBe(true);
  expect(allClose([1.5], [1], { absolute: 0.25, relative: 0.125 }).pass).toBe(false);
  expect(allClose([1], [1.5], { absolute: 0.25, relative: 0.1875 }).pass).toBe(true); // 0.25 + 0.28125 >= 0.5
  expect(allClose([1 + 9e-6], [1]).pass).toBe(true);
  expect(allClose([1 + 11e-6], [1]).pass).toBe(false);
  expect(allClose([9e-9], [0]).pass).toBe(true);
});

test("the worst element is named: the one furthest beyond its own tolerance", () => {
  const result = allClose(
    [
      [1, 2.5],
      [103, 4],
    ],
    [
      [1, 2],
      [100, 4],
    ],
    { absolute: 0, relative: 0.03 },
  );
  expect(result.worst).toEqual({ index: [0, 1], actual: 2.5, expected: 2, difference: 0.5 });
  expect(result.message).toBe(
    "1 of 4 elements differ by more than 0 + 0.03 * |expected|; worst at [0, 1]: actual 2.5, expected 2, difference 0.5",
  );
});

test("shapes that differ are said, before any number is compared", () => {
  const result = allClose(zeros([2, 3]), zeros([3, 2]));
  expect(result).toEqual({ pass: false, message: "shapes differ: actual [2, 3], expected [3, 2]", worst: null });
  expect(allClose(zeros([1]), zeros([])).pass).toBe(false);
});

test("NaN agrees with nothing, unless equalNaN is set, and then only with NaN", () => {
  expect(allClose([NaN], [NaN]).pass).toBe(false);
  expect(allClose([NaN], [NaN], { equalNaN: true }).pass).toBe(true);
  expect(allClose([NaN], [1], { equalNaN: true }).pass).toBe(false);
  expect(allClose([1], [NaN], { equalNaN: true }).pass).toBe(false);
});

test("infinities agree only with themselves", () => {
  expect(allClose([Infinity, -Infinity], [Infinity, -Infinity]).pass).toBe(true);
  expect(allClose([Infinity], [-Infinity]).pass).toBe(false);
  expect(allClose([1], [Infinity], { relative: 1 }).pass).toBe(false);
  expect(allClose([Infinity], [1], { absolute: 1e300 }).pass).toBe(false);
});

test("NaN is worse than any number", () => {
  expect(allClose([100, NaN, 5], [0, 0, 0]).worst?.index).toEqual([1]);
});

test("an infinite tolerance lets through any finite difference but no NaN", () => {
  expect(allClose([5], [0], { absolute: Infinity }).pass).toBe(true);
  expect(allClose([NaN], [0], { absolute: Infinity }).pass).toBe(false);
});

test("expected numbers in arrays are not rounded to float32 first", () => {
  expect(allClose(new Float64Array([0.1]), [0.1], { absolute: 0, relative: 0 }).pass).toBe(true);
});

test("assertAllClose throws the message, impossible tolerances are refused", () => {
  expect(() => assertAllClose([1], [1])).not.toThrow();
  expect(() => assertAllClose([1], [2])).toThrow("worst at [0]: actual 1, expected 2, difference 1");
  expect(() => allClose([1], [1], { absolute: -1 })).toThrow(RangeError);
  expect(() => allClose([1], [1], { relative: NaN })).toThrow(RangeError);
});
