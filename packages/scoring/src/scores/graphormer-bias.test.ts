import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { graphormerBias } from "./graphormer-bias.ts";
import { ScoreError } from "../score-error.ts";
import { shortestPaths } from "./shortest-paths.ts";

const distances = [
  [0, 1, 2],
  [1, 0, 1],
  [2, 1, 0],
];
const distanceBias = [
  [0, 100],
  [-1, 101],
  [-4, 102],
];

test("a pair reads the bias of its distance for its head", () => {
  const program = graphormerBias({ distances, distanceBias });
  expect(evaluate(program, { score: 0.5, head: 0, query: 0, key: 2 })).toBe(-3.5);
  expect(evaluate(program, { score: 0.5, head: 1, query: 2, key: 1 })).toBe(101.5);
});

test("each batch element may have its own graph", () => {
  const apart = distances.map((row, i) => row.map((_, j) => (i === j ? 0 : 1)));
  const program = graphormerBias({ distances: [distances, apart], distanceBias });
  expect(evaluate(program, { score: 0, batch: 0, head: 0, query: 0, key: 2 })).toBe(-4);
  expect(evaluate(program, { score: 0, batch: 1, head: 0, query: 0, key: 2 })).toBe(-1);
});

test("edge biases along the path are averaged", () => {
  const kinds = [
    [-1, 0, -1],
    [0, -1, 1],
    [-1, 1, -1],
  ];
  const paths = shortestPaths(kinds, { steps: 2 });
  // [steps, edgeKinds, heads]
  const edgeBias = [
    [[10], [20]],
    [[30], [50]],
  ];
  const program = graphormerBias({ ...paths, distanceBias: [[0], [1], [2]], edgeBias });
  const bias = (query: number, key: number): number | boolean => evaluate(program, { score: 0, head: 0, query, key });
  expect(bias(0, 0)).toBe(0);
  expect(bias(0, 1)).toBe(1 + 10);
  expect(bias(2, 1)).toBe(1 + 20);
  expect(bias(0, 2)).toBe(2 + (10 + 50) / 2); // kind 0 first, then kind 1
  expect(bias(2, 0)).toBe(2 + (20 + 30) / 2);
});

test("half an edge term, or a table that is not square, is refused", () => {
  expect(() => graphormerBias({ distances, distanceBias, edgeBias: [[[1]]] })).toThrow(ScoreError);
  expect(() => graphormerBias({ distances: [[0, 1]], distanceBias })).toThrow("got 1 rows and 2 columns");
  expect(() => graphormerBias({ distances: [0, 1], distanceBias })).toThrow(
    "distances must have shape [nodes, nodes], got [2]",
  );
});
