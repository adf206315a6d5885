import { randomGenerator, tensor } from "@fovea/tensor";
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";
import { createEvaluator } from "./evaluator.ts";
import { resultType } from "../ir/inputs.ts";
import { print } from "../ir/print.ts";
import { ProgramError } from "../ir/program-error.ts";
import { randomInputs, randomProgram } from "../random-program.ts";
import { trace } from "../write/trace.ts";

test("the fast evaluator gives what evaluate gives, to the bit", () => {
  const holds = property(integer(), (seed) => {
    const { next } = randomGenerator(seed);
    const program = randomProgram(next);
    const fast = createEvaluator(program);
    const row = randomInputs(next);
    for (let trial = 0; trial < 10; trial++) {
      // half of the pairs stay in a row, for which some work is kept
      const place = trial % 2 === 0 ? randomInputs(next) : { ...row, key: trial, score: next() };
      const { score, batch, head, query, key, queries, keys } = place;
      const actual = fast(score, batch, head, query, key, queries, keys);
      const expected = Number(evaluate(program, place));
      expect(Object.is(actual, expected), `${print(program)}\n${actual}, expected ${expected}`).toBe(true);
    }
    expect(typeof evaluate(program, row)).toBe(resultType(program) === "bool" ? "boolean" : "number");
  });
  assert(holds, { numRuns: 500 });
});

test("a table that is updated in place is read anew", () => {
  const slopes = tensor(new Float32Array([1]));
  const fast = createEvaluator(trace(({ head, table }) => table("slope", slopes).at(head).multiply(2)));
  expect(fast(0, 0, 0, 0, 0, 1, 1)).toBe(2);
  slopes.data[0] = 5;
  expect(fast(0, 0, 0, 0, 0, 1, 1)).toBe(10);
});

test("tables are refused that do not fit", () => {
  const program = trace(({ head, table }) => table("slope", { type: "float", rank: 1 }).at(head));
  expect(() => createEvaluator(program)).toThrow("table slope has no values");
  expect(() => createEvaluator(program, { slope: tensor([[1]]) })).toThrow("table slope has rank 1");
  expect(() => createEvaluator(program, { slope: tensor(new Int32Array([1])) })).toThrow(
    "float32 or float64 tensor, got int32",
  );
  expect(() => createEvaluator(program, { slope: tensor([1]), slopes: tensor([1]) })).toThrow(
    "the program has no table slopes; it has slope.",
  );
});

test("evaluate refuses inputs that are missing or no ints", () => {
  const program = trace(({ query }) => query);
  expect(() => evaluate(program, { key: 1 })).toThrow("the program reads query, which was not given");
  for (const query of [0.5, NaN, 2 ** 31]) expect(() => evaluate(program, { query })).toThrow(ProgramError);
});
