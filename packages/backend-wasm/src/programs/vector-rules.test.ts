import { evaluate, operations, ProgramBuilder, type Operation, type Rule, type Step, type Type } from "@fovea/program";
import { expect, test } from "vitest";
import type { Local } from "@fovea/wasm-assembler";
import { runVectors } from "../testing/run-vectors.ts";
import { vectorRules } from "./vector-rules.ts";

const floats = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  3,
  1e-45,
  -2e-39,
  2 ** -126,
  7.25,
  88,
  -103.5,
  1e10,
  -3e38,
  Infinity,
  -Infinity,
  NaN,
];
const ints = [0, 1, -1, 2, -3, 7, 31, 32, 33, -32, 100, 65536, 2147483647, -2147483648, 16777217];
const edges: Readonly<Record<Type, readonly number[]>> = { float: floats, int: ints, bool: [0, 1] };

/** Largest errors of what is not correctly rounded, given the exact result; `vector-math.test.ts` holds them over all floats. */
const bounds: Partial<Record<Operation, (exact: number, ...args: number[]) => number>> = {
  exp: (exact) => 1.2e-7 * exact + 2 ** -149,
  log: (exact) => 1.2e-7 * Math.abs(exact),
  tanh: (exact) => 4e-7 * Math.abs(exact),
  sigmoid: (exact) => 3.6e-7 * exact + 2 ** -126,
  sin: (_, a) => 1.5e-7 + 2.3e-16 * Math.abs(a),
  cos: (_, a) => 1.5e-7 + 2.3e-16 * Math.abs(a),
  power: (exact, a, b) => 1.5e-7 * Math.abs(exact) * (1 + Math.abs(b * Math.log(Math.abs(a)))) + 2 ** -149,
};

for (const [op, signatures] of Object.entries(operations) as [Operation, (typeof operations)[Operation]][]) {
  for (const { args: types, result } of signatures) {
    for (const relaxed of [true, false]) {
      test(`${op}(${types.join(", ")}) means what evaluate says, ${relaxed ? "relaxed" : "plain"} SIMD`, () => {
        const cases = combinations(types);
        const inputs = types.map((type, arg) => {
          const column = cases.map((values) => values[arg]);
          return type === "float"
            ? Float32Array.from(column)
            : Int32Array.from(column, (n) => (type === "bool" ? -n : n));
        });
        const given = runVectors(inputs, relaxed, (v, ...locals) => {
          const rule = vectorRules(v, { input: refuse, gather: refuse })[op] as Rule<Local>;
          return v.keep(() => rule(stepOf(result, types), ...locals));
        });
        const wrong = cases.flatMap((values, i) => {
          const args = types.map((type, arg) => (type === "float" ? Math.fround(values[arg]) : values[arg]));
          const exact = Number(meaning(op, types, args));
          const actual = result === "float" ? given.floats[i] : result === "bool" ? 0 - given.ints[i] : given.ints[i];
          const allowed = bounds[op]?.(exact, ...args) ?? 0;
          const expected = result === "float" ? Math.fround(exact) : exact;
          const good = Object.is(actual, expected) || (allowed > 0 && Math.abs(actual - exact) <= allowed);
          return good ? [] : [`${op}(${args.join(", ")}): expected ${exact}, got ${actual}`];
        });
        expect(wrong.slice(0, 10)).toEqual([]);
      });
    }
  }
}

/** The definition: a program of constants. */
function meaning(op: Operation, types: readonly Type[], args: readonly number[]): number | boolean {
  const builder = new ProgramBuilder();
  return evaluate(builder.build(builder.apply(op, ...args.map((arg, i) => builder.constant(arg, types[i])))));
}

/** Every combination of edge values, some of them left out where there are thousands. */
function combinations(types: readonly Type[]): number[][] {
  let rows: number[][] = [[]];
  for (const type of types) rows = rows.flatMap((row) => edges[type].map((value) => row.concat(value)));
  const every = Math.ceil(rows.length / 800);
  return rows.filter((_, i) => i % every === 0);
}

function stepOf(type: Type, argTypes: readonly Type[]): Step {
  const program = { tables: [], instructions: [], result: 0, values: {} };
  return { program, position: 0, type, args: argTypes.map((_, i) => i), argTypes };
}

function refuse(): never {
  throw new Error("no operation reads inputs or tables");
}
