import { tensor, toNested } from "@fovea/tensor";
import { expect, test } from "vitest";
import { embed, embedGradient } from "./embed.ts";
import { EmbeddingError } from "./embedding-error.ts";

const table = tensor([
  [1, 2],
  [3, 4],
  [5, 6],
]);
const ids = tensor(
  [
    [2, 0],
    [2, 1],
  ],
  { dtype: "int32" },
);

test("each id becomes its row of the table", () => {
  const vectors = embed(table, ids);
  expect(vectors.shape).toEqual([2, 2, 2]);
  expect(toNested(vectors)).toEqual([
    [
      [5, 6],
      [1, 2],
    ],
    [
      [5, 6],
      [3, 4],
    ],
  ]);
});

test("scale multiplies every vector", () => {
  expect(toNested(embed(table, tensor([1], { dtype: "int32" }), { scale: 2 }))).toEqual([[6, 8]]);
});

test("a float64 table gives float64, a float16 table float32", () => {
  expect(embed(tensor([[0.1]], { dtype: "float64" }), tensor([0], { dtype: "int32" })).dtype).toBe("float64");
  expect(embed(tensor([[0.5]], { dtype: "float16" }), tensor([0], { dtype: "int32" })).dtype).toBe("float32");
});

test("a row named twice collects both gradients, a row not named none", () => {
  const gradient = tensor([
    [
      [1, 10],
      [2, 20],
    ],
    [
      [4, 40],
      [8, 80],
    ],
  ]);
  expect(toNested(embedGradient(table, ids, gradient))).toEqual([
    [2, 20],
    [8, 80],
    [5, 50],
  ]);
  expect(
    toNested(
      embedGradient(
        table,
        tensor(
          [
            [1, 1],
            [1, 1],
          ],
          { dtype: "int32" },
        ),
        gradient,
        { scale: 2 },
      ),
    ),
  ).toEqual([
    [0, 0],
    [30, 300],
    [0, 0],
  ]);
});

test("an id without a row is refused by name and place", () => {
  const wrong = tensor(
    [
      [0, 1],
      [3, 0],
    ],
    { dtype: "int32" },
  );
  expect(() => embed(table, wrong)).toThrow(EmbeddingError);
  expect(() => embed(table, wrong)).toThrow("ids must be whole numbers from 0 to 2, got 3 at [1, 0]");
  expect(() => embed(table, tensor([-1], { dtype: "int32" }))).toThrow("got -1 at [0]");
  expect(() => embed(table, tensor([0.5]))).toThrow("got 0.5 at [0]");
  expect(() => embed(table, tensor([Number.NaN]))).toThrow("got NaN at [0]");
});

test("vectors are as in the table where no scale is given, and all 0 for a scale of 0", () => {
  expect(toNested(embed(table, ids, { scale: 1 }))).toEqual(toNested(embed(table, ids)));
  expect(toNested(embed(table, tensor([2], { dtype: "int32" }), { scale: 0 }))).toEqual([[0, 0]]);
  const gradient = tensor([[1, 2]]);
  const first = tensor([0], { dtype: "int32" });
  expect(toNested(embedGradient(table, first, gradient, { scale: 1 }))).toEqual(
    toNested(embedGradient(table, first, gradient)),
  );
});
