import { randomGenerator, tensor, toArray, transpose } from "@fovea/tensor";
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "../evaluate/evaluate.ts";
import { fromJSON } from "./from-json.ts";
import { toJSON } from "./json.ts";
import { mutateJSON } from "../mutate-json.ts";
import { ProgramError } from "../ir/program-error.ts";
import { randomInputs, randomProgram } from "../random-program.ts";
import { trace } from "../write/trace.ts";

test("the round trip through text is exact, for random programs", () => {
  const holds = property(integer(), (seed) => {
    const { next } = randomGenerator(seed);
    const program = randomProgram(next);
    const back = fromJSON(JSON.stringify(toJSON(program)));
    expect(back).toEqual(program);
    const place = randomInputs(next);
    expect(Object.is(evaluate(back, place), evaluate(program, place))).toBe(true);
  });
  assert(holds, { numRuns: 200 });
});

test("NaN, infinities and -0 survive, in constants and in tables", () => {
  for (const value of [NaN, Infinity, -Infinity, -0, 5e-324]) {
    expect(evaluate(fromJSON(JSON.stringify(toJSON(trace(() => value)))))).toBe(value);
    const table = trace(({ key, table }) => table("t", new Float32Array([value])).at(key));
    const back = fromJSON(JSON.stringify(toJSON(table)));
    expect(back.values["t"].dtype).toBe("float32");
    expect(back.values["t"].data[0]).toBe(Math.fround(value));
  }
});

test("a view is saved in its own order", () => {
  const view = transpose(tensor(new Int32Array([1, 2, 3, 4, 5, 6]), { shape: [2, 3] }));
  const program = trace(({ query, key, table }) => table("t", view).at(query, key));
  expect(toArray(fromJSON(toJSON(program)).values["t"])).toEqual([1, 4, 2, 5, 3, 6]);
});

/** A program that is well formed, as text would give it. */
function valid(): Record<string, unknown> {
  return {
    version: 1,
    tables: [{ name: "t", type: "float", rank: 1 }],
    instructions: [
      { op: "input", type: "int", input: "key" },
      { op: "gather", type: "float", table: 0, args: [0] },
      { op: "exp", type: "float", args: [1] },
    ],
    result: 2,
    values: { t: { dtype: "float64", shape: [2], data: [0, 1] } },
  };
}

const key = { op: "input", type: "int", input: "key" };
const table = { name: "t", type: "float", rank: 1 };

/** What strangers may send, and a part of the answer. */
const hostile: readonly (readonly [Record<string, unknown>, string])[] = [
  [{ version: 2 }, "expected version 1, got 2"],
  [{ version: "1" }, 'expected version 1, got "1"'],
  [{ extra: 1 }, 'unknown field "extra"'],
  [{ tables: {} }, "tables must be an array"],
  [{ tables: Array.from({ length: 65 }, () => table) }, "tables may have 64 entries, got 65"],
  [{ tables: [table, table] }, "two tables are called t"],
  [{ tables: [{ ...table, name: "constructor" }] }, "values for"],
  [{ tables: [{ ...table, name: "constructor" }], values: {} }, "a table's name is"],
  [{ tables: [{ ...table, name: "__proto__" }], values: {} }, "a table's name is"],
  [{ tables: [{ ...table, name: 5 }] }, "tables[0].name must be text"],
  [{ tables: [{ ...table, rank: 9 }], values: {} }, "rank 0 to 8"],
  [{ tables: [{ ...table, rank: -1 }] }, "tables[0].rank must be a whole number"],
  [{ tables: [{ ...table, type: "complex" }], values: {} }, "must be float, int or bool"],
  [{ tables: [null] }, "tables[0] must be an object, got null"],
  [{ instructions: [] }, "1 to 4096 instructions, got 0"],
  [{ instructions: Array.from({ length: 4097 }, () => key) }, "instructions may have 4096 entries"],
  [{ instructions: Array(3) }, "instructions[0].op must be text"],
  [
    { instructions: [key, { op: "exp", type: "float", args: [1] }], result: 1 },
    "positions of earlier instructions, got 1",
  ],
  [{ instructions: [key, { op: "negate", type: "int", args: [2] }, key] }, "positions of earlier instructions, got 2"],
  [
    { instructions: [key, { op: "negate", type: "int", args: [-1] }, key] },
    "instructions[1].args must be a whole number",
  ],
  [
    { instructions: [key, { op: "negate", type: "int", args: [0.5] }, key] },
    "instructions[1].args must be a whole number",
  ],
  [{ instructions: [key, { op: "negate", type: "int", args: "0" }, key] }, "instructions[1].args must be an array"],
  [{ instructions: [key, { op: "negate", type: "int", args: Array(1e6).fill(0) }, key] }, "may have 8 entries"],
  [{ instructions: [key, { op: "negate", type: "float", args: [0] }, key] }, "gives int, is declared float"],
  [{ instructions: [key, { op: "exp", type: "float", args: [0] }, key] }, "takes (float), got (int)"],
  [{ instructions: [key, { op: "constructor", type: "int", args: [0] }, key] }, "no such operation"],
  [{ instructions: [key, { op: "toString", type: "int", args: [0] }, key] }, "no such operation"],
  [{ instructions: [key, key, { op: "input", type: "int", input: "toString" }] }, "inputs are score"],
  [{ instructions: [key, key, { op: "input", type: "float", input: "key" }] }, "key is int, is declared float"],
  [{ instructions: [key, key, { op: "gather", type: "float", table: 1, args: [0] }] }, "no table 1"],
  [{ instructions: [key, key, { op: "gather", type: "float", table: 0, args: [0, 0] }] }, "takes 1 int indices"],
  [{ instructions: [key, key, { op: "gather", type: "int", table: 0, args: [0] }] }, "holds float, is declared int"],
  [{ instructions: [key, key, { op: "constant", type: "int", value: 0.5 }] }, "a whole number of 32 bits"],
  [{ instructions: [key, key, { op: "constant", type: "bool", value: 2 }] }, "0 or 1"],
  [{ instructions: [key, key, { op: "constant", type: "float", value: "1" }] }, "must be a number, got string"],
  [{ instructions: [key, key, { op: "constant", type: "float" }] }, "lacks value"],
  [{ instructions: [key, key, { ...key, args: [0] }] }, 'unknown field "args"'],
  [{ result: 3 }, "a position below 3, got 3"],
  [{ result: -1 }, "result must be a whole number"],
  [{ values: { u: {} } }, "no table of the program"],
  [{ values: { t: { dtype: "float64", shape: [2], data: [0] } } }, "2 elements for shape [2], got 1"],
  [{ values: { t: { dtype: "float64", shape: [1e9], data: [] } } }, "1000000000 elements"],
  [{ values: { t: { dtype: "float64", shape: [-2], data: [0, 1] } } }, "must be a whole number of at least 0"],
  [{ values: { t: { dtype: "float64", shape: [2, 1], data: [0, 1] } } }, "rank 1"],
  [{ values: { t: { dtype: "int32", shape: [2], data: [0, 1] } } }, "must be float32 or float64"],
  [{ values: { t: { dtype: "float32", shape: [2], data: [0, 0.1] } } }, "a number that float32 cannot"],
  [{ values: { t: { dtype: "float64", shape: [2], data: [0, null] } } }, "must be a number"],
  [{ values: [] }, "values must be an object"],
];

test("a well-formed program is read", () => {
  expect(evaluate(fromJSON(valid()), { key: 1 })).toBe(Math.E);
});

test("everything else is refused with a reason", () => {
  for (const [change, reason] of hostile) {
    const given = { ...valid(), ...change };
    expect(() => fromJSON(given)).toThrow(reason);
    expect(() => fromJSON(given)).toThrow(ProgramError);
  }
  for (const other of [null, undefined, 5, [], "", "{", "[1]", () => 0]) {
    expect(() => fromJSON(other)).toThrow(ProgramError);
  }
});

test("an own __proto__ in text reaches nothing", () => {
  const text = JSON.stringify(valid()).replace('"values":{', '"values":{"__proto__":{"dtype":"float64"},');
  expect(() => fromJSON(text)).toThrow('values for "__proto__"');
});

test("a document with one change anywhere is a program or a ProgramError", () => {
  const holds = property(integer(), (seed) => {
    const { next } = randomGenerator(seed);
    const document = mutateJSON(next() < 0.5 ? valid() : toJSON(randomProgram(next)), next);
    const [program, error] = attempt(document);
    expect(program === null ? error : fromJSON(JSON.stringify(toJSON(program)))).toBeTypeOf("object");
    expect(program !== null || error instanceof ProgramError).toBe(true);
  });
  assert(holds, { numRuns: 3000 });
});

function attempt(document: unknown): readonly [ReturnType<typeof fromJSON> | null, unknown] {
  try {
    return [fromJSON(document), null];
  } catch (error) {
    return [null, error];
  }
}

test("what is checked is what is used, however often a field is read", () => {
  const honest = valid();
  let reads = 0;
  const document = { ...honest };
  Object.defineProperty(document, "result", { enumerable: true, get: () => (reads++ === 0 ? 2 : 1e9) });
  expect(fromJSON(document).result).toBe(2);
});

test("an axis that no tensor has is refused as the rest is", () => {
  const values = { t: { dtype: "float64", shape: [0, 1e12], data: [] } };
  const given = { ...valid(), tables: [{ ...table, rank: 2 }], values };
  expect(() => fromJSON(given)).toThrow(ProgramError);
  expect(() => fromJSON(given)).toThrow("shape is none that a tensor can have");
});
