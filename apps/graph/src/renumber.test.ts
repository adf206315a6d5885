import { expect, test } from "vitest";
import { renumber, reverseCuthillMcKee, takeRows } from "./renumber.ts";

/** 3 - 0 - 4 - 1 - 2, each with itself. */
const path = [
  [0, 3, 4],
  [1, 2, 4],
  [1, 2],
  [0, 3],
  [0, 1, 4],
].map((nodes) => Int32Array.from(nodes));

test("a path, however it is numbered, becomes a band of neighbours", () => {
  const order = reverseCuthillMcKee(path);
  expect(Array.from(order)).toEqual([3, 0, 4, 1, 2]); // from 2, which has one link and comes before 3, and backwards
});

test("nodes of every component are placed once", () => {
  const apart = [[0, 2], [1], [0, 2]].map((nodes) => Int32Array.from(nodes));
  expect(Array.from(reverseCuthillMcKee(apart))).toEqual([2, 0, 1]);
});

test("a renumbered graph is the same graph", () => {
  const graph = {
    features: {
      columnCount: 2,
      starts: Int32Array.of(0, 1, 1, 3, 4, 4),
      columns: Int32Array.of(0, 0, 1, 1),
      values: Float32Array.of(1, 2, 3, 4),
    },
    neighbors: path,
    classes: Int32Array.of(5, 6, 7, 8, 9),
    training: Int32Array.of(0, 1),
    validation: Int32Array.of(3),
    test: Int32Array.of(2, 4),
    names: Int32Array.of(0, 1, 2, 3, 4),
  };
  const moved = renumber(graph, Int32Array.of(3, 0, 4, 1, 2));
  expect(moved.neighbors.map((nodes) => Array.from(nodes))).toEqual([
    [0, 1],
    [0, 1, 2],
    [1, 2, 3],
    [2, 3, 4],
    [3, 4],
  ]);
  expect(Array.from(moved.classes)).toEqual([8, 5, 9, 6, 7]);
  expect(Array.from(moved.names)).toEqual([3, 0, 4, 1, 2]);
  expect([moved.training, moved.validation, moved.test].map((nodes) => Array.from(nodes))).toEqual([
    [1, 3],
    [0],
    [2, 4],
  ]);
  expect(Array.from(moved.features.starts)).toEqual([0, 1, 2, 2, 2, 4]);
  expect(Array.from(moved.features.values)).toEqual([4, 1, 2, 3]);
});

test("rows are taken in the order asked for, and as often", () => {
  const rows = {
    columnCount: 3,
    starts: Int32Array.of(0, 2, 3),
    columns: Int32Array.of(0, 2, 1),
    values: Float32Array.of(1, 2, 3),
  };
  const taken = takeRows(rows, Int32Array.of(1, 0, 1));
  expect(Array.from(taken.starts)).toEqual([0, 1, 3, 4]);
  expect(Array.from(taken.columns)).toEqual([1, 0, 2, 1]);
});
