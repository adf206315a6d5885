import { evaluate, programKey, resultType, simplify, trace, withTables } from "@fovea/program";
import type { Program } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { FormulaError } from "./formula-error.ts";
import { parseFormula } from "./parse-formula.ts";
import { mask, probability, score } from "./templates.ts";

const causal = trace(({ query, key }) => key.lessEqual(query));

test("a table in a template is read where it stands", () => {
  const alibi = score`score - ${[0.5, 0.25]}[head] * (query - key)`;
  expect(evaluate(alibi, { score: 3, head: 1, query: 6, key: 4 })).toBe(2.5);
});

test("tables are called by their place; the same tensor twice is one table, and keeps its numbers in place", () => {
  const slopes = tensor([1, 2]);
  const program = score`score + ${slopes}[head] + ${[5]}[0] - ${slopes}[0] * ${slopes}[1]`;
  expect(program.tables.map(({ name }) => name)).toEqual(["table1", "table2"]);
  expect(program.values["table1"].data).toBe(slopes.data);
  slopes.data[0] = 10;
  expect(evaluate(program, { score: 0, head: 0 })).toBe(10 + 5 - 20);
});

test("a table in a template gives way to a table of the text with the same name", () => {
  const program = score`score + ${[7]}[0] + table1[0]`;
  expect(evaluate(program, { score: 0 }, { table1: tensor([2], { dtype: "float64" }) })).toBe(9);
});

test("a tensor of rank 0 needs no index", () => {
  expect(evaluate(score`score * ${tensor(3)}`, { score: 2 })).toBe(6);
});

test("numbers go in exactly, with the type they have when written", () => {
  expect(evaluate(score`score + ${0.1}`, { score: 0.2 })).toBe(0.1 + 0.2);
  expect(evaluate(score`1 / ${-0}`, {})).toBe(-Infinity);
  expect(evaluate(score`${-2} ^ 2`, {})).toBe(4);
  expect(evaluate(score`${-Infinity}`, {})).toBe(-Infinity);
  expect(evaluate(score`${NaN}`, {})).toBe(NaN);
  expect(evaluate(mask`key % ${2} == ${1}`, { key: 3 })).toBe(true);
  expect(evaluate(score`${true} ? ${1e300} : 0`, {})).toBe(1e300);
  expect(resultType(parseFormula("key + 2"))).toBe("int");
});

test("a program in a template stands for its value, at the same place", () => {
  const both = mask`${causal} and document[query] == document[key]`;
  const document = tensor([0, 0, 1], { dtype: "float64" });
  const seen = (query: number, key: number): unknown => evaluate(both, { query, key }, { document });
  expect([seen(1, 0), seen(0, 1), seen(2, 1), seen(2, 2)]).toEqual([true, false, false, true]);
});

test("a program's score is the formula's score, and its tables come with it", () => {
  const bias = score`score + ${[10, 20]}[head]`;
  const program = score`2 * ${bias} + ${[1, 2]}[head]`;
  expect(evaluate(program, { score: 1, head: 1 })).toBe(44);
});

test("a program written by name and one put in by value are the same program", () => {
  const written = parseFormula("key <= query and key > 3");
  expect(programKey(simplify(mask`${causal} and key > ${3}`))).toBe(programKey(simplify(written)));
});

test("a probability program may call its score by that name", () => {
  const dropout = probability`random(${7}) < ${0.5} ? 0 : probability * 2`;
  const values = new Set(
    Array.from({ length: 50 }, (_, key) => evaluate(dropout, { score: 3, batch: 0, head: 0, query: 9, key })),
  );
  expect([...values].sort()).toEqual([0, 6]);
});

test("a template may break over lines", () => {
  const program = mask`
    key <= query
    and query - key < ${4}
  `;
  expect(evaluate(program, { query: 5, key: 1 })).toBe(false);
});

test("tables named in a template are passed by name", () => {
  const program = withTables(mask`open[key]`, { open: tensor([true, false]) });
  expect([0, 1].map((key) => evaluate(program, { key }))).toEqual([true, false]);
});

function errorOf(make: () => Program): FormulaError {
  try {
    make();
  } catch (error) {
    if (error instanceof FormulaError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("errors point into the template, in which values show as ${1}, ${2}, …", () => {
  const error = errorOf(() => score`score + ${1} * ${[[1]]}[head] + slop`);
  expect(error.text).toBe("score + ${1} * ${2}[head] + slop");
  expect(error.message).toContain("takes 2 indices, got 1");
  expect(error.position).toBe(15);
});

test("text and other things are no values of a formula", () => {
  for (const value of ["score + 1", undefined, null, Symbol("x"), () => 1, 1n]) {
    const error = errorOf(() =>
      Reflect.apply(score, undefined, [Object.assign(["score + ", ""], { raw: ["score + ", ""] }), value]),
    );
    expect(error.message).toContain("a template takes tables, numbers and programs");
    expect(error.position).toBe(8);
  }
  expect(errorOf(() => score`score + ${{} as unknown as number[]}[0]`).position).toBe(8);
});

test("a tag called with a text says what reads one", () => {
  const text = "score + 1" as unknown as TemplateStringsArray;
  expect(errorOf(() => score(text)).message).toContain('parseFormula(text, { kind: "score" })');
});

test("a program that is not well formed is refused", () => {
  const broken: Program = { tables: [], instructions: [], result: 0, values: {} };
  expect(errorOf(() => score`score + ${broken}`).message).toContain("not well formed");
  const half = { instructions: 3 } as unknown as Program;
  expect(errorOf(() => score`score + ${half}`).position).toBe(8);
});

test("only tables are indexed, and values do not touch without an operator", () => {
  expect(errorOf(() => score`${2}[0]`).message).toContain("only a table can be indexed");
  expect(errorOf(() => score`${causal}[0]`).message).toContain("only a table can be indexed");
  expect(errorOf(() => score`${2}(3)`).message).toContain("a product needs its sign");
  expect(errorOf(() => score`1${2}`).message).toContain("a product needs its sign");
  expect(errorOf(() => score`ex${2}`).message).toContain("a product needs its sign");
  expect(errorOf(() => mask`${1} + ${2}`).message).toContain("a mask gives bool");
});
