import { attention, AttentionError } from "@fovea/dot-product-attention";
import type { AttentionOptions } from "@fovea/dot-product-attention";
import { operations } from "@fovea/program";
import type { Operation, Program } from "@fovea/program";
import { randomProgram } from "@fovea/program/testing";
import { allClose, map, randomGenerator } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { randomOperands } from "./random-operands.ts";
import type { Suite } from "./suite.ts";

/** Operations through which a small error stays small; depth and table values keep their results near 1. */
const gentle: readonly Operation[] = [
  "add", "subtract", "multiply", "negate", "absolute", "minimum", "maximum", "tanh", "sigmoid",
  "select", "less", "lessEqual", "and", "or", "not", "toFloat", "random",
]; // prettier-ignore

/** Everything that ints and bools do: exact, so that any depth and any wrap-around may be asked for. */
const exact = (Object.keys(operations) as Operation[]).filter(
  (op) => !["toInt", "toFloat", "random"].includes(op) && operations[op].some(({ args }) => !args.includes("float")),
);

const places = ["batch", "head", "query", "key", "queries", "keys"] as const;
const operands = randomOperands(61, { queries: 9, keys: 11 });

/** Whether the reference takes the program, and a nudge to the scores moves its output by no more than that: no jump is near. */
function isSteady(options: AttentionOptions): boolean {
  const { query, key, value } = operands;
  try {
    const { output } = attention(query, key, value, options);
    const nudged = attention(
      map(query, (x) => x * (1 + 1e-6)),
      key,
      value,
      options,
    );
    return allClose(nudged.output, output, { absolute: 1e-4, relative: 1e-4 }).pass && !output.data.some(Number.isNaN);
  } catch (error) {
    if (error instanceof AttentionError) return false; // a table that is too short for these sizes
    throw error;
  }
}

function programs(
  count: number,
  make: (seed: number) => Program,
  optionsOf: (program: Program) => AttentionOptions,
): [number, AttentionOptions][] {
  const found: [number, AttentionOptions][] = [];
  for (let seed = 1; found.length < count && seed < 40 * count; seed++) {
    const options = optionsOf(make(seed));
    if (isSteady(options)) found.push([seed, options]);
  }
  return found;
}

/** Programs that nobody wrote. */
export function describeRandomPrograms(suite: Suite): void {
  const { expectForward, expectBackward } = suite;
  describe("random programs", () => {
    const scores = programs(
      30,
      (seed) =>
        randomProgram(randomGenerator(seed).next, { result: "float", operations: gentle, specials: false, depth: 4 }),
      (score) => ({ score, scale: 0.5 }),
    );
    test("there are enough of them", () => expect(scores).toHaveLength(30));
    test.each(scores)("score of seed %d", (_, options) => {
      expectForward(operands, options);
      expectBackward(operands, options);
    });

    const masks = programs(
      30,
      (seed) =>
        randomProgram(randomGenerator(seed).next, { result: "bool", operations: exact, inputs: places, depth: 7 }),
      (mask) => ({ mask }),
    );
    test.each(masks)("mask of seed %d", (_, options) => expectForward(operands, options));

    const chances = programs(
      15,
      (seed) =>
        randomProgram(randomGenerator(seed).next, { result: "float", operations: gentle, specials: false, depth: 3 }),
      (probability) => ({ probability, normalizer: "softmaxPlusOne" }),
    );
    test.each(chances)("probability program of seed %d", (_, options) => {
      expectForward(operands, options);
      expectBackward(operands, options);
    });
  });
}
