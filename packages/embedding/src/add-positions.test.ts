import { tensor, toNested, zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { addPositions, addPositionsGradients } from "./add-positions.ts";
import { EmbeddingError } from "./embedding-error.ts";

const table = tensor([
  [1, 10],
  [2, 20],
  [3, 30],
]);

test("every sequence of the batch gets the positions from the start on", () => {
  expect(toNested(addPositions(zeros([2, 2, 2]), table))).toEqual([
    [
      [1, 10],
      [2, 20],
    ],
    [
      [1, 10],
      [2, 20],
    ],
  ]);
  expect(toNested(addPositions(zeros([1, 2, 2]), table, { positions: 1 }))).toEqual([
    [
      [2, 20],
      [3, 30],
    ],
  ]);
});

test("packed sequences name the position of every token", () => {
  const positions = tensor([[0, 1, 0]], { dtype: "int32" });
  expect(toNested(addPositions(zeros([1, 3, 2]), table, { positions }))).toEqual([
    [
      [1, 10],
      [2, 20],
      [1, 10],
    ],
  ]);
});

test("the table's gradient is the sum over the batch, in the rows that were used", () => {
  const gradient = tensor([
    [
      [1, 2],
      [3, 4],
    ],
    [
      [10, 20],
      [30, 40],
    ],
  ]);
  expect(toNested(addPositionsGradients(table, gradient, { positions: 1 }).table)).toEqual([
    [0, 0],
    [11, 22],
    [33, 44],
  ]);
  const positions = tensor(
    [
      [0, 1],
      [0, 0],
    ],
    { dtype: "int32" },
  );
  expect(toNested(addPositionsGradients(table, gradient, { positions }).table)).toEqual([
    [41, 62],
    [3, 4],
    [0, 0],
  ]);
});

test("a sequence longer than the table is refused", () => {
  expect(() => addPositions(zeros([1, 4, 2]), table)).toThrow(EmbeddingError);
  expect(() => addPositions(zeros([1, 2, 2]), table, { positions: 2 })).toThrow(
    "positions 2 to 3 need 4 rows, the table has 3",
  );
});

test("a sequence may end with the table and begin with it, and not before", () => {
  expect(toNested(addPositions(zeros([1, 1, 2]), table, { positions: 2 }))).toEqual([[[3, 30]]]);
  expect(toNested(addPositions(zeros([1, 3, 2]), table, { positions: 0 }))).toEqual([toNested(table)]);
  for (const positions of [-1, 0.5, NaN]) {
    expect(() => addPositions(zeros([1, 1, 2]), table, { positions })).toThrow("positions must be a whole number");
    expect(() => addPositionsGradients(table, zeros([1, 1, 2]), { positions })).toThrow(EmbeddingError);
  }
});
