import { expect, test } from "vitest";
import { describeValue } from "./describe-value.ts";
import { wholeNumber } from "./whole-number.ts";

test("a whole number within the bounds is given back", () => {
  for (const value of [-1, 0, 7]) expect(wholeNumber("f", "count", value, -1, 7)).toBe(value);
  expect(wholeNumber("f", "count", Number.MAX_SAFE_INTEGER, 0)).toBe(Number.MAX_SAFE_INTEGER);
});

test("anything else is refused with what was expected and what came", () => {
  for (const value of [-2, 8, 0.5, NaN, Infinity, "3", null, undefined, [3], 3n])
    expect(() => wholeNumber("f", "count", value, -1, 7)).toThrow(RangeError);
  expect(() => wholeNumber("f", "count", 8, -1, 7)).toThrow("f: count must be a whole number from -1 to 7, got 8.");
  expect(() => wholeNumber("f", "count", "3", 1)).toThrow('f: count must be a whole number of at least 1, got "3".');
  expect(() => wholeNumber("f", "count", 2 ** 53, 1)).toThrow("got 9007199254740992");
  class CountError extends Error {}
  expect(() => wholeNumber("f", "count", 0, 1, 2, CountError)).toThrow(CountError);
});

test("whatever a stranger sends is described shortly, and without calling it", () => {
  const values = [
    -0,
    "a\n",
    "x".repeat(1000),
    [1],
    new Int8Array(2),
    Object.create(null),
    { toString: 1 },
    Symbol("s"),
    5n,
    check,
  ];
  expect(values.map(describeValue)).toEqual([
    "-0",
    '"a\\n"',
    `"${"x".repeat(76)}…"`,
    "an array",
    "a typed array",
    "an object",
    "an object",
    "a symbol",
    "a bigint",
    "a function",
  ]);
});

function check(): void {}
