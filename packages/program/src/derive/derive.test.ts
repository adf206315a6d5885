import { randomGenerator, tensor } from "@fovea/tensor";
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { createDerivativeEvaluator } from "./derivative-evaluator.ts";
import { derive } from "./derive.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { createEvaluator } from "../evaluate/evaluator.ts";
import { readElement } from "../evaluate/read-element.ts";
import { interpretAll } from "../ir/interpret.ts";
import type { Input } from "../ir/operations.ts";
import { print } from "../ir/print.ts";
import type { Program } from "../ir/program.ts";
import { ProgramError } from "../ir/program-error.ts";
import { scalarRules } from "../ir/scalar-rules.ts";
import { randomInputs, randomProgram } from "../random-program.ts";
import type { Scope } from "../write/scope.ts";
import { trace } from "../write/trace.ts";
import type { Liftable, Value } from "../write/value.ts";

/** d program / d score at a score. */
function slope(write: (score: Value, scope: Scope) => Liftable, score: number): number {
  const derivative = createDerivativeEvaluator(trace((scope) => write(scope.score, scope), { result: "float" }));
  derivative.evaluate(score, 0, 0, 3, 1, 8, 8);
  return derivative.scoreGradient();
}

/** The slope of a function by differences: exact to fourth order. */
function difference(of: (x: number) => number, x: number, step: number): number {
  return (8 * (of(x + step) - of(x - step)) - (of(x + 2 * step) - of(x - 2 * step))) / (12 * step);
}

/** Whether two numbers agree to a millionth. */
function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));
}

test("derivatives of single functions are those of the textbook", () => {
  const x = 0.7;
  expect(slope((s) => s.exp(), x)).toBeCloseTo(Math.exp(x), 14);
  expect(slope((s) => s.log(), x)).toBeCloseTo(1 / x, 14);
  expect(slope((s) => s.sqrt(), x)).toBeCloseTo(0.5 * x ** -0.5, 14);
  expect(slope((s) => s.tanh(), x)).toBeCloseTo(1 / Math.cosh(x) ** 2, 14);
  expect(slope((s) => s.sigmoid(), x)).toBeCloseTo(Math.exp(-x) / (1 + Math.exp(-x)) ** 2, 14);
  expect(slope((s) => s.sin(), x)).toBeCloseTo(Math.cos(x), 14);
  expect(slope((s) => s.cos(), x)).toBeCloseTo(-Math.sin(x), 14);
  expect(slope((s) => s.power(2.5), x)).toBeCloseTo(2.5 * x ** 1.5, 14);
  expect(slope((s, { constant }) => constant(3).power(s), x)).toBeCloseTo(3 ** x * Math.log(3), 14);
  expect(slope((s) => s.power(s), x)).toBeCloseTo(x ** x * (Math.log(x) + 1), 14);
  expect(slope((s) => s.multiply(s).multiply(s), x)).toBeCloseTo(3 * x * x, 14);
  expect(slope((s) => s.divide(s.add(1)), x)).toBeCloseTo(1 / (x + 1) ** 2, 14);
  expect(slope((s, { constant }) => constant(1).divide(s), x)).toBeCloseTo(-1 / (x * x), 14);
  expect(slope((s) => s.remainder(0.5), x)).toBe(1);
  expect(slope((s, { constant }) => constant(5).remainder(s), x)).toBe(-7);
  expect(slope((s) => s.negate().subtract(s), x)).toBe(-2);
});

test("a soft cap of 20 has the slope 1 - tanh²(score / 20)", () => {
  expect(slope((s) => s.divide(20).tanh().multiply(20), 15)).toBeCloseTo(1 / Math.cosh(0.75) ** 2, 14);
});

test("at kinks the documented side is taken", () => {
  expect(slope((s) => s.absolute(), 0)).toBe(0);
  expect(slope((s) => s.absolute(), -2)).toBe(-1);
  // 2s and 3s are equal at 0: the first counts
  expect(slope((s) => s.multiply(2).minimum(s.multiply(3)), 0)).toBe(2);
  expect(slope((s) => s.multiply(2).maximum(s.multiply(3)), 0)).toBe(2);
  expect(slope((s, { select }) => select(s.less(0), s, s.multiply(5)), 0)).toBe(5);
  expect(slope((s) => s.floor(), 0.5)).toBe(0);
  expect(slope((s) => s.toInt().toFloat(), 0.5)).toBe(0);
});

/** log(s - 1) above 1, 3 s down to 0, 1 / s below. */
function nested(s: Value, { select }: Scope): Liftable {
  return select(s.greater(0), select(s.greater(1), s.subtract(1).log(), s.multiply(3)), s.power(-1));
}

test("what is not chosen has no influence, even where it is infinite or NaN", () => {
  expect(slope((s, { select }) => select(s.greater(0), s.log(), s), 0)).toBe(1);
  expect(slope((s, { select }) => select(s.greater(0), s.sqrt(), 0), -1)).toBe(0);
  expect(slope((s) => s.maximum(s.subtract(1).sqrt()), 1)).toBe(1);
  expect(slope(nested, 2)).toBe(1);
  expect(slope(nested, 1)).toBe(3);
  expect(slope(nested, -2)).toBe(-0.25);
});

test("every read of a float table has its gradient, reads of one element add up", () => {
  const program = trace(({ score, query, key, table }) => {
    const bias = table("bias", [1, 2, 3]);
    return score
      .multiply(bias.at(query))
      .add(bias.at(key))
      .add(bias.at(key.add(7)));
  });
  const bias = new Float64Array(3);
  const derivative = createDerivativeEvaluator(program, undefined, { bias });
  // 5 bias[0] + bias[2], and what is read at 9 is outside
  expect(derivative.evaluate(5, 0, 0, 0, 2, 8, 8)).toBe(8);
  derivative.addTableGradients(1);
  expect([...bias]).toEqual([5, 0, 1]);
  // 5 bias[1] + bias[1]
  derivative.evaluate(5, 0, 0, 1, 1, 8, 8);
  derivative.addTableGradients(10);
  expect([...bias]).toEqual([5, 60, 1]);
  expect(derivative.scoreGradient()).toBe(2);
});

test("a program that does not read the score has no derivative by it", () => {
  expect(derive(trace(({ query }) => query.toFloat())).score).toBe(null);
  expect(derive(trace(({ score }) => score)).score).not.toBe(null);
});

test("only floats are derived, and accumulators must fit", () => {
  expect(() => derive(trace(({ query, key }) => query.less(key)))).toThrow(ProgramError);
  const program = trace(({ head, table }) => table("slope", [1, 2]).at(head));
  const accumulate = (name: string, size: number): unknown =>
    createDerivativeEvaluator(program, undefined, { [name]: new Float64Array(size) });
  expect(() => accumulate("slope", 3)).toThrow("table slope has 2 elements, its accumulator 3");
  expect(() => accumulate("slopes", 2)).toThrow("the program has no float table slopes");
});

/** Largest intermediate value M beside which differences see a small change: M rounds by M 2^-53, which the step of 1e-4 makes
 *  M 2^-53 / 1e-4, at most the millionth that `isClose` grants. Above, `1e81 + score` is constant to differences, but not to calculus. */
const largestSeen = 2 ** 19;

/** Whether a program computes some larger float here, other than Infinity. */
function isLarge(program: Program, inputs: Readonly<Record<Input, number>>): boolean {
  const values = interpretAll<number>(program, {
    ...scalarRules,
    constant: (_, value) => value,
    input: (_, input) => inputs[input],
    gather: ({ program: { tables, values } }, table, ...indices) => readElement(values[tables[table].name], indices),
  });
  return program.instructions.some(
    ({ type }, position) =>
      type === "float" && Number.isFinite(values[position]) && Math.abs(values[position]) > largestSeen,
  );
}

/** Compares with differences by score and by every table element, where the program is smooth enough for differences to agree with
 *  themselves. */
function compare(program: Program, next: () => number): { compared: number; different: string[] } {
  const inputs = randomInputs(next, false);
  const { score, batch, head, query, key, queries, keys } = inputs;
  const value = createEvaluator(program);
  const names = program.tables.filter(({ type }) => type === "float").map(({ name }) => name);
  const accumulators = Object.fromEntries(
    names.map((name) => [name, new Float64Array(program.values[name].data.length)]),
  );
  const derivative = createDerivativeEvaluator(program, undefined, accumulators);
  const at = (score: number): number => value(score, batch, head, query, key, queries, keys);
  derivative.evaluate(score, batch, head, query, key, queries, keys);
  derivative.addTableGradients(1);

  const result = { compared: 0, different: [] as string[] };
  if (isLarge(program, inputs)) return result;
  const check = (what: string, actual: number, of: (x: number) => number, x: number): void => {
    const [coarse, fine] = [difference(of, x, 2e-4), difference(of, x, 1e-4)];
    if (!Number.isFinite(actual) || !isClose(coarse, fine)) return;
    result.compared++;
    if (!isClose(actual, fine)) result.different.push(`${what}: ${actual}, by differences ${fine}\n${print(program)}`);
  };
  check("score", derivative.scoreGradient(), at, score);
  for (const name of names) {
    const { data } = program.values[name];
    for (const [index, held] of [...data].entries()) {
      const moved = (x: number): number => {
        data[index] = x;
        const result = at(score);
        data[index] = held;
        return result;
      };
      check(`${name}[${index}]`, accumulators[name][index], moved, held);
    }
  }
  return result;
}

test("derivatives agree with differences, for random programs", () => {
  let compared = 0;
  const holds = property(integer(), (seed) => {
    const { next } = randomGenerator(seed);
    const result = compare(randomProgram(next, { result: "float", specials: false }), next);
    compared += result.compared;
    expect(result.different).toEqual([]);
  });
  // -1728272111: sin(exp(188) + score), of which differences see nothing
  assert(holds, { numRuns: 300, examples: [[-1728272111]] });
  expect(compared).toBeGreaterThan(300);
});

test("the forward part gives the program's value", () => {
  const holds = property(integer(), (seed) => {
    const { next } = randomGenerator(seed);
    const program = randomProgram(next, { result: "float" });
    const place = randomInputs(next);
    expect(Object.is(evaluate(derive(program).program, place), evaluate(program, place))).toBe(true);
  });
  assert(holds, { numRuns: 200 });
});

test("a table of several axes accumulates in row-major order", () => {
  const grid = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const program = trace(({ query, key, table }) => table("grid", grid).at(query, key));
  const accumulator = new Float64Array(6);
  const derivative = createDerivativeEvaluator(program, undefined, { grid: accumulator });
  derivative.evaluate(0, 0, 0, 1, 2, 8, 8);
  derivative.addTableGradients(3);
  expect([...accumulator]).toEqual([0, 0, 0, 0, 0, 3]);
});
