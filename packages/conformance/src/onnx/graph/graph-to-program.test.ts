import { createEvaluator } from "@fovea/program";
import { expect, test } from "vitest";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "../onnx-case.ts";
import { graphToProgram } from "./graph-to-program.ts";

const node = (op: string, inputs: readonly string[], output: string, attrs: OnnxNode["attrs"] = {}): OnnxNode => ({
  op,
  inputs,
  outputs: [output],
  attrs,
});
const int = (...data: readonly number[]): OnnxTensor => ({
  dims: data.length === 1 ? [] : [data.length],
  type: 7,
  data,
});
const list = (...data: readonly number[]): OnnxTensor => ({ dims: [data.length], type: 7, data });
const float = (...data: readonly number[]): OnnxTensor => ({
  dims: data.length === 1 ? [] : [data.length],
  type: 11,
  data,
});
const graph = (nodes: readonly OnnxNode[], init: OnnxGraph["init"] = {}): OnnxGraph => ({
  inputs: ["x"],
  outputs: ["y"],
  nodes,
  init,
});

/** What a graph of one head makes of a score of each pair of `queries` and `keys`. */
function run(given: OnnxGraph, score: number, queries = 1, keys = 1): number[] {
  const evaluate = createEvaluator(graphToProgram("score_mod", given, [1, 1, queries, keys]));
  return Array.from({ length: queries * keys }, (_, i) =>
    evaluate(score, 0, 0, Math.floor(i / keys), i % keys, queries, keys),
  );
}

const one: readonly [string, number, number, OnnxNode["attrs"]?][] = [
  ["Round", 2.5, 2],
  ["Round", -1.5, -2],
  ["Ceil", -1.2, -1],
  ["Sign", -3, -1],
  ["HardSigmoid", 1, 0.7],
  ["LeakyRelu", -2, -0.02],
  ["Elu", -1, Math.exp(-1) - 1],
  ["Softplus", 0, Math.log(2)],
  ["Erf", 0.5, 0.5204998778],
  ["Gelu", 1, 0.8413447461],
  ["Sinh", 1, Math.sinh(1)],
  ["Reciprocal", 4, 0.25],
];
test.each(one)("%s of %d is %d", (op, score, expected, attrs = {}) => {
  expect(run(graph([node(op, ["x"], "y", attrs)]), score)[0]).toBeCloseTo(expected, 6);
});

/** What an int operation makes of -7 and 2, and of 7 and -2. */
const over = (op: string, attrs: OnnxNode["attrs"] = {}): number[] =>
  run(
    graph([node(op, ["a", "b"], "i", attrs), node("Cast", ["i"], "f", { to: 1 }), node("Add", ["x", "f"], "y")], {
      a: int(-7, 7),
      b: int(2, -2),
    }),
    0,
    1,
    2,
  );

test("ints divide towards zero, and Mod has the sign of the divisor unless fmod says otherwise", () => {
  expect(over("Div")).toEqual([-3, -3]);
  expect(over("Mod")).toEqual([1, -1]);
  expect(over("Mod", { fmod: 1 })).toEqual([-1, 1]);
});

test("positions made from the shape of the scores become tables: a causal mask", () => {
  const nodes = [
    node("Shape", ["x"], "shape"),
    node("Slice", ["shape", "two", "four"], "sizes"),
    node("ConstantOfShape", ["sizes"], "hidden", { value: { dims: [1], type: 1, data: ["-Infinity"] } }),
    node("Trilu", ["hidden", "k"], "bias"),
    node("Add", ["x", "bias"], "y"),
  ];
  const init = { two: { dims: [1], type: 7, data: [2] }, four: { dims: [1], type: 7, data: [4] }, k: int(1) };
  expect(run(graph(nodes, init), 5, 2, 3)).toEqual([5, -Infinity, -Infinity, 5, 5, -Infinity]);
});

test("constants are gathered, sliced backwards, joined and transposed", () => {
  const nodes = [
    node("Slice", ["c", "end", "begin", "axis", "back"], "reversed"),
    node("Gather", ["reversed", "places"], "picked", { axis: 0 }),
    node("Unsqueeze", ["picked", "axis"], "row"),
    node("Concat", ["row", "row"], "both", { axis: 0 }),
    node("Transpose", ["both"], "columns"),
    node("Reshape", ["columns", "flat"], "again"),
    node("Add", ["x", "again"], "y"),
  ];
  const init = {
    c: float(1, 2, 3),
    end: list(-1),
    begin: list(-100),
    axis: list(0),
    back: list(-1),
    places: int(0, -1),
    flat: list(2, -1),
  };
  expect(run(graph(nodes, init), 0, 2, 2)).toEqual([3, 3, 1, 1]);
});

test("a node that nobody reads has no influence", () => {
  expect(run(graph([node("IsNaN", ["x"], "unread"), node("Neg", ["x"], "y")]), 2)).toEqual([-2]);
});

test.each([
  ["a sum over scores", node("ReduceSum", ["x"], "y"), /node ReduceSum \(y\): this operator is not known/],
  ["a transposition of scores", node("Transpose", ["x"], "y"), /moves or joins scores/],
  ["a missing input", node("Add", ["x", "nowhere"], "y"), /nothing gives its input "nowhere"/],
  [
    "a constant of another shape",
    node("Add", ["x", "three"], "y"),
    /constant \[3\] does not broadcast|do not broadcast/,
  ],
])("%s is refused", (_, only, message) => {
  expect(() => run(graph([only], { three: float(1, 2, 3) }), 1, 2, 2)).toThrow(message);
});
