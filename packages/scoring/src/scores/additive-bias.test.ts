import { evaluate, usedInputs } from "@fovea/program";
import { expect, test } from "vitest";
import { additiveBias, tensorMask } from "./additive-bias.ts";
import { ScoreError } from "../score-error.ts";
import { draw } from "../testing/draw.ts";

const place = { score: 0.5, batch: 1, head: 1, query: 1, key: 2 };

test("a bias for every batch, head, query and key", () => {
  const bias = [0, 1].map((b) =>
    [0, 1].map((h) => [0, 1].map((q) => [0, 1, 2].map((k) => 1000 * b + 100 * h + 10 * q + k))),
  );
  expect(evaluate(additiveBias(bias), place)).toBe(1112.5);
});

test("axes of size 1 and missing axes are shared", () => {
  expect(evaluate(additiveBias([[[[1, 2, 3]]]]), place)).toBe(3.5);
  expect(evaluate(additiveBias([[[10], [20]]]), place)).toBe(20.5); // [heads 1, queries 2, keys 1]
  expect(evaluate(additiveBias([1, 2, 3]), place)).toBe(3.5);
});

test("a program reads only the indices it needs", () => {
  expect(usedInputs(additiveBias([1, 2, 3]))).toEqual(new Set(["score", "key"]));
  expect(usedInputs(tensorMask([[true], [false]]))).toEqual(new Set(["query"]));
});

test("-Infinity hides a pair", () => {
  expect(evaluate(additiveBias([0, 0, -Infinity]), place)).toBe(-Infinity);
});

test("with cached keys, row 0 is the first new query", () => {
  expect(evaluate(additiveBias([[1], [2]], { queryOffset: 5 }), { score: 0, query: 6, key: 0 })).toBe(2);
});

test("a bool tensor is a mask", () => {
  const visible = [
    [true, false],
    [true, true],
  ];
  expect(draw(tensorMask(visible), 2)).toBe("█·\n██");
});

test("what cannot broadcast is refused, and masks and biases are told apart", () => {
  expect(() => additiveBias([[[[[1]]]]])).toThrow(
    "expected a shape that broadcasts to [batch, heads, queries, keys], got [1, 1, 1, 1, 1]",
  );
  expect(() => additiveBias([true])).toThrow("A bool tensor is a mask: use tensorMask.");
  expect(() => tensorMask([1, 0])).toThrow("Numbers to add to the score: use additiveBias.");
  expect(() => additiveBias([1], { queryOffset: -1 })).toThrow(ScoreError);
});
