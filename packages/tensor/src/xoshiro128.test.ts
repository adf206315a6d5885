import { expect, test } from "vitest";
import { xoshiro128 } from "./xoshiro128.ts";

// The outputs of the authors' C code from the state 1, 2, 3, 4, as published with the rand_xoshiro crate.
test("the first ten numbers are those of the reference implementation", () => {
  const next = xoshiro128([1, 2, 3, 4]);
  expect(Array.from({ length: 10 }, next)).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ]);
});
