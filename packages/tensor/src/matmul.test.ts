import { expect, test } from "vitest";
import { matmul, tensor, toNested } from "./index.ts";

test("three rows by two columns, by hand", () => {
  const a = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const b = tensor([
    [1, 0, 2],
    [0, 1, 3],
  ]);
  expect(toNested(matmul(a, b))).toEqual([
    [1, 2, 8],
    [3, 4, 18],
    [5, 6, 28],
  ]);
});
