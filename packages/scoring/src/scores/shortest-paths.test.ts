import { toNested } from "@fovea/tensor";
import { expect, test } from "vitest";
import { ScoreError } from "../score-error.ts";
import { shortestPaths } from "./shortest-paths.ts";

// a ─0─ b ─1─ c, and d alone
const line = [
  [-1, 0, -1, -1],
  [0, -1, 1, -1],
  [-1, 1, -1, -1],
  [-1, -1, -1, -1],
];

test("a line of three nodes and one alone", () => {
  const { distances, pathEdges } = shortestPaths(line, { maximumDistance: 3, steps: 2 });
  expect(toNested(distances)).toEqual([
    [0, 1, 2, 4],
    [1, 0, 1, 4],
    [2, 1, 0, 4],
    [4, 4, 4, 0],
  ]);
  expect((toNested(pathEdges) as number[][][])[0]).toEqual([
    [-1, -1],
    [0, -1],
    [0, 1],
    [-1, -1],
  ]);
  expect((toNested(pathEdges) as number[][][])[2][0]).toEqual([1, 0]);
});

test("edges count in their direction, far nodes are cut to the maximum, long paths to their first steps", () => {
  const ring = [0, 1, 2, 3, 4].map((from) => [0, 1, 2, 3, 4].map((to) => (to === (from + 1) % 5 ? from : -1)));
  const { distances, pathEdges } = shortestPaths(ring, { maximumDistance: 2, steps: 3 });
  expect((toNested(distances) as number[][])[1]).toEqual([3, 0, 1, 2, 3]);
  expect((toNested(pathEdges) as number[][][])[1][0]).toEqual([1, 2, 3]);
});

test("what is not square is refused", () => {
  expect(() => shortestPaths([[0, 1], [0]])).toThrow(ScoreError);
  expect(() => shortestPaths([])).toThrow("edges must be a square of whole numbers");
});
