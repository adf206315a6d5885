import { zeros } from "@fovea/tensor";
import { assert, constantFrom, property, tuple } from "fast-check";
import { expect, test } from "vitest";
import { attention } from "./attention.ts";
import { attentionGradients } from "./attention-gradients.ts";
import { attentionWeights } from "./attention-weights.ts";

const typed = ["ShapeError", "DTypeError", "AttentionError", "RangeError"];
/** "done", or the name of what was thrown. */
function outcome(run: () => unknown): string {
  try {
    run();
    return "done";
  } catch (error) {
    return error instanceof Error ? error.name : "nothing";
  }
}

const call = (batch: number, heads: number, keyHeads: number) => (): unknown =>
  attention(zeros([batch, heads, 0, 4]), zeros([batch, keyHeads, 0, 4]), zeros([batch, keyHeads, 0, 4]));

test("key heads that do not divide the heads are refused with the divisors, however many heads there are", () => {
  expect(call(1, 12, 5)).toThrow("got 12 and 5. Repeat the key heads, or use 3, 4, 6, 12.");
  expect(call(1, 7, 2)).toThrow("or use 1, 7.");
  expect(call(1, 2 ** 24, 3)).toThrow("or use 2097152, 4194304, 8388608, 16777216.");
});

test("more heads than can be told apart are refused", () => {
  expect(call(0, 2 ** 28, 1)).toThrow("expected at most 16777216 heads over the whole batch, got 0 × 268435456");
  expect(call(2 ** 24 + 1, 1, 1)).toThrow("got 16777217 × 1. Split the batch.");
  expect(call(2 ** 13, 2 ** 12, 1)).toThrow("got 8192 × 4096");
  expect(call(2 ** 12, 2 ** 12, 1)).not.toThrow();
});

test("shapes without elements, however long their other axes, are taken or refused by type", () => {
  const length = constantFrom(0, 1, 2, 3, 6, 2 ** 14, 2 ** 28, 2 ** 31 - 1);
  const small = constantFrom(0, 1, 2, 3);
  const holds = property(
    tuple(length, length, small, length, small, small),
    ([batch, heads, queries, keys, dim, valueDim]) => {
      // one of the axes is empty, or nothing but numbers of one digit
      if (batch > 3 && heads > 3) queries = 0;
      const shapes = {
        query: [batch, heads, queries, dim],
        key: [batch, 1, keys, dim],
        value: [batch, 1, keys, valueDim],
      };
      const sizes = Object.values(shapes).map((shape) => shape.reduce((product, axis) => product * axis, 1));
      if (Math.max(...sizes) > 1e6) return;
      const [query, key, value] = Object.values(shapes).map((shape) => zeros(shape));
      const outcomes = [
        outcome(() => attention(query, key, value)),
        outcome(() => attentionGradients(query, key, value, zeros([batch, heads, queries, valueDim]))),
        outcome(() => attentionWeights(query, key, {}, { queries: [0, 0] })),
      ];
      for (const each of outcomes) expect(["done", ...typed]).toContain(each);
    },
  );
  assert(holds, { numRuns: 300 });
});
