import { evaluate, programKey, resultType, simplify, trace } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { parseFormula } from "./parse-formula.ts";

const place = { score: 2.5, batch: 1, head: 3, query: 7, key: 4, queries: 8, keys: 16 };
const typeOf = (text: string): string => resultType(parseFormula(text));
const value = (text: string): number | boolean => evaluate(parseFormula(text), place);

test.each([
  // literals and names
  ["3", 3],
  ["0x1F", 31],
  ["1.5e2", 150],
  [".5", 0.5],
  ["2.", 2],
  ["score", 2.5],
  ["probability", 2.5],
  ["batch + head + query + key + queries + keys", 1 + 3 + 7 + 4 + 8 + 16],
  ["pi", Math.PI],
  ["e", Math.E],
  ["-Infinity", -Infinity],
  ["true", true],
  ["false", false],
  // arithmetic
  ["query - key * 2", -1],
  ["(query - key) * 2", 6],
  ["query / 2", 3.5],
  ["div(query, 2)", 3],
  ["div(-query, 2)", -4],
  ["floorDivide(query, 2)", 3],
  ["-query % 4", 1],
  ["query mod 4", 3],
  ["mod(query, 4)", 3],
  ["5.5 % 2", 1.5],
  ["2 ^ 3 ^ 2", 512],
  ["-2 ^ 2", -4],
  ["2 ^ -1", 0.5],
  ["+score", 2.5],
  ["--score", 2.5],
  ["min(query, key)", 4],
  ["max(score, key)", 4],
  ["abs(key - query)", 3],
  ["floor(score)", 2],
  ["floor(key / 3)", 1],
  ["exp(0)", 1],
  ["log(e)", 1],
  ["sqrt(key)", 2],
  ["tanh(0)", 0],
  ["sigmoid(0)", 0.5],
  ["sin(0)", 0],
  ["cos(0)", 1],
  ["pow(key, 2)", 16],
  // comparisons and logic
  ["key <= query", true],
  ["key > query", false],
  ["key >= 4 and key != 5", true],
  ["key == 5 or not (query == 7)", false],
  ["query - 3 <= key <= query", true],
  ["0 < key < query < keys", true],
  ["0 < key < 4 < keys", false],
  ["(key < query) == true", true],
  ["key < query ? 1 : 2", 1],
  ["key > query ? 1 : query > 9 ? 2 : 3", 3],
  ["if(key < query, score, 0)", 2.5],
  ["select(key > query, score, 0)", 0],
  // casts and bits
  ["int(score)", 2],
  ["int(-score)", -2],
  ["int(true)", 1],
  ["float(key) / 8", 0.5],
  ["float(key < query)", 1],
  ["query & 5", 5],
  ["query | 8", 15],
  ["query ^| 5", 2],
  ["~query", -8],
  ["1 << key", 16],
  ["-16 >> 2", -4],
  ["key & 1 | 2", 2],
  // the smallest int, and whole numbers that only floats hold
  ["-2147483648 + key", -2147483644],
  ["4294967296 + key", 4294967300],
  // anything may be broken over lines
  ["score\n  + 1", 3.5],
])("%s is %d", (text, expected) => {
  const actual = value(text);
  expect(typeof actual).toBe(typeof expected);
  expect(Number(actual)).toBeCloseTo(Number(expected), 12);
});

test("a whole number is an int beside ints and a float beside floats", () => {
  expect(typeOf("key + 1")).toBe("int");
  expect(typeOf("key + 1.0")).toBe("float");
  expect(typeOf("score + 1")).toBe("float");
  expect(typeOf("key / 2")).toBe("float");
  expect(typeOf("key < 2 ? 1 : 2")).toBe("int");
  expect(typeOf("key < 2 ? 1 : 2.0")).toBe("float");
});

test("a formula gives the program that the same trace gives", () => {
  const traced = trace(({ score, head, query, key, table }) =>
    score.subtract(table("slopes", [0.5, 0.25]).at(head).multiply(query.subtract(key))),
  );
  const parsed = parseFormula("score - slopes[head] * (query - key)", { tables: { slopes: [0.5, 0.25] } });
  expect(programKey(simplify(parsed))).toBe(programKey(simplify(traced)));
});

test("tables are indexed from 0, in row-major order, and their tensors are kept", () => {
  const bias = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const program = parseFormula("score + bias[head, key - query + 1]", { tables: { bias } });
  expect(program.values["bias"].data).toBe(bias.data);
  expect(evaluate(program, { score: 0.5, head: 1, query: 5, key: 4 })).toBe(4.5);
  expect(evaluate(program, { score: 0.5, head: 0, query: 5, key: 6 })).toBe(3.5);
});

test("int and bool tables keep their type, and may index one another", () => {
  const tables = { next: Int32Array.of(2, 0, 1), loud: [true, false, true], gain: Float64Array.of(10, 20, 30) };
  const program = parseFormula("loud[key] ? gain[next[key]] : 0", { tables });
  expect([0, 1, 2].map((key) => evaluate(program, { key }))).toEqual([30, 0, 20]);
});

test("a table of rank 0 is read by its name alone", () => {
  const program = parseFormula("score * temperature + temperature[]", { tables: { temperature: tensor(3) } });
  expect(evaluate(program, { score: 2 })).toBe(9);
});

test("tables that were given but are not read are left out", () => {
  const program = parseFormula("score + a[head]", { tables: { a: [1], b: [2] } });
  expect(program.tables.map(({ name }) => name)).toEqual(["a"]);
});

test("tables may be declared by type and rank only, as another program's are", () => {
  const tables = { document: { type: "int", rank: 1 } } as const;
  const first = parseFormula("document[query] == document[key]", { tables });
  expect(first.tables).toEqual([{ name: "document", type: "int", rank: 1 }]);
  const second = parseFormula("document[key] > 0", { tables: first.tables });
  expect(second.tables).toEqual(first.tables);
});

test("without given tables, a table is declared by its use: bool where a bool is needed, int where an int is, else float", () => {
  const program = parseFormula("visible[query, key] and gain[next[key]] < 1 and ids[key] % 2 == 0", { kind: "mask" });
  expect([...program.tables].sort((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: "gain", type: "float", rank: 1 },
    { name: "ids", type: "float", rank: 1 },
    { name: "next", type: "int", rank: 1 },
    { name: "visible", type: "bool", rank: 2 },
  ]);
  expect(parseFormula("visible[key]", { kind: "mask" }).tables[0].type).toBe("bool");
});

test("inputs, functions and tables live apart: a table may be called as an input or an operator is", () => {
  const tables = { key: [10, 20], exp: [1, 2], not: [3, 4], mod: [5, 6] };
  const program = parseFormula("key[key] + exp[key] + not[key] + mod[key] mod exp(0)", { tables });
  expect(evaluate(program, { key: 1 })).toBe(20 + 2 + 4 + 0);
});

test("a score or probability becomes a float, a mask must be a bool", () => {
  expect(resultType(parseFormula("key - query", { kind: "score" }))).toBe("float");
  expect(resultType(parseFormula("1", { kind: "probability" }))).toBe("float");
  expect(resultType(parseFormula("key <= query", { kind: "mask" }))).toBe("bool");
});

test("random numbers come from the seed and the place, which is the pair's own by default", () => {
  const short = evaluate(parseFormula("random(9)"), place);
  const long = evaluate(parseFormula("random(9, 1, 3, 7, 4)"), {});
  expect(short).toBe(long);
  expect(short).not.toBe(evaluate(parseFormula("random(8)"), place));
});

test("what is written twice is computed once", () => {
  const once = parseFormula("exp(score * head)").instructions.length;
  expect(parseFormula("exp(score * head) + exp(score * head)").instructions.length).toBe(once + 1);
});

test.each([
  ["x[0] ? 1 : 2", "bool"],
  ["if(x[0], 1, 2)", "bool"],
  ["select(key < 1, x[0], 2)", "float"],
  ["not x[0]", "bool"],
  ["x[0] or key < 1", "bool"],
  ["~x[0]", "int"],
  ["x[0] << 1", "int"],
  ["div(x[0], 2)", "int"],
  ["random(x[0])", "int"],
  ["float(x[0])", "float"],
  ["int(x[0])", "float"],
  ["-x[0]", "float"],
])("a table that nobody gave holds in %s what its place takes: %s", (text, type) => {
  expect(parseFormula(text).tables).toEqual([{ name: "x", type, rank: 1 }]);
});
