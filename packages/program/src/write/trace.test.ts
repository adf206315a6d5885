import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { evaluate } from "../evaluate/evaluate.ts";
import { print } from "../ir/print.ts";
import { ProgramError } from "../ir/program-error.ts";
import { trace } from "./trace.ts";
import type { Liftable } from "./value.ts";

test("a traced function computes what it computes on numbers", () => {
  const alibi = trace(({ score, head, query, key, table }) =>
    score.add(table("slope", [0.5, 0.25]).at(head).multiply(key.subtract(query))),
  );
  // 1 + 0.25 * (2 - 4)
  expect(evaluate(alibi, { score: 1, head: 1, query: 4, key: 2 })).toBe(0.5);
});

test("only the inputs that are asked for are written", () => {
  expect(print(trace(({ query }) => query.multiply(2)))).toBe(
    "%0 = query\n%1 = 2 : int\n%2 = multiply %0 %1 : int\nreturn %2",
  );
});

test("a number or boolean alone is a program", () => {
  expect(evaluate(trace(() => 0.5))).toBe(0.5);
  expect(evaluate(trace(() => true))).toBe(true);
});

test("an int becomes a float where a float is asked for, by a literal, an operand or the caller", () => {
  const listing = "%0 = query\n%1 = toFloat %0 : float\n";
  expect(print(trace(({ query }) => query.multiply(0.5)))).toContain(listing);
  expect(print(trace(({ query, score }) => query.multiply(score)))).toContain("toFloat");
  expect(print(trace(({ query }) => query.sqrt()))).toContain(listing);
  expect(print(trace(({ query }) => query, { result: "float" }))).toBe(`${listing}return %1`);
});

test("dividing ints gives a float", () => {
  expect(
    evaluate(
      trace(({ query }) => query.divide(2)),
      { query: 7 },
    ),
  ).toBe(3.5);
});

test("greater asks less with the sides exchanged", () => {
  const program = trace(({ query, key }) => query.greater(key));
  expect(evaluate(program, { query: 2, key: 1 })).toBe(true);
  expect(evaluate(program, { query: 1, key: 1 })).toBe(false);
});

test("tables keep the caller's tensor, and read 0 outside", () => {
  const slopes = tensor(new Float32Array([1, 2]));
  const program = trace(({ head, table }) => table("slope", slopes).at(head));
  expect(program.values["slope"].data).toBe(slopes.data);
  expect([-1, 0, 1, 2].map((head) => evaluate(program, { head }))).toEqual([0, 1, 2, 0]);
});

test("a table may be declared without values, which the caller then passes", () => {
  const program = trace(({ head, table }) => table("slope", { type: "float", rank: 1 }).at(head));
  expect(evaluate(program, { head: 0 }, { slope: tensor([0.5]) })).toBe(0.5);
  expect(() => evaluate(program, { head: 0 })).toThrow(
    "evaluate: table slope has no values. Pass them as { slope: tensor }.",
  );
});

test("plain numbers are int in a table that says so", () => {
  const program = trace(({ key, table }) => table("document", [7, 8], { type: "int" }).at(key).equal(8));
  expect(evaluate(program, { key: 1 })).toBe(true);
});

test("another program can be called with some of its inputs replaced", () => {
  const inner = trace(({ query, key }) => query.subtract(key));
  const outer = trace(({ call, query }) => call(inner, { query: query.multiply(2), key: 1 }));
  expect(evaluate(outer, { query: 5 })).toBe(9);
});

test("called programs share a table that is the same and rename one that only has its name", () => {
  const slopes = tensor([1, 2]);
  const inner = trace(({ head, table }) => table("slope", slopes).at(head));
  const outer = trace(({ call, head, table }) => table("slope", [10, 20]).at(head).add(call(inner)).add(call(inner)));
  expect(outer.tables.map(({ name }) => name)).toEqual(["slope", "slope2"]);
  expect(evaluate(outer, { head: 1 })).toBe(24);
});

test("conditions that JavaScript swallowed are refused", () => {
  expect(() => trace(({ query, key }) => query.less(3) && key.less(3))).toThrow("the result of less is never used");
  expect(() => trace(({ query, key }) => (query.less(key) ? query : key))).toThrow("write select(condition, a, b)");
});

test("JavaScript's operators on a Value are refused", () => {
  expect(() => trace(({ query }) => Number(query) + 1)).toThrow(ProgramError);
});

test("types that do not fit are named", () => {
  expect(() => trace(({ query, key }) => query.less(key).add(1))).toThrow(
    "add: takes (float, float) or (int, int), got (bool, 1).",
  );
  expect(() => trace(({ score }) => score.floorDivide(2))).toThrow("floorDivide: takes (int, int), got (float, 2).");
  expect(() => trace(({ score, table }) => table("t", [1]).at(score))).toThrow(
    "table t takes 1 int index, got (float)",
  );
  expect(() => trace(({ query, table }) => table("t", [1]).at(query, query))).toThrow(
    "table t takes 1 int index, got (int, int)",
  );
});

test("names of tables are checked", () => {
  for (const name of ["constructor", "__proto__", "toString", "2d", "", "a b"]) {
    expect(() => trace(({ table }) => table(name, [1]).at(0))).toThrow(ProgramError);
  }
  expect(() =>
    trace(({ table }) =>
      table("t", [1])
        .at(0)
        .add(table("t", [1]).at(0)),
    ),
  ).toThrow("already called t");
});

test("a Value of one trace is refused in another", () => {
  let leaked: Liftable = 0;
  trace(({ query }) => (leaked = query));
  expect(() => trace(({ key }) => key.add(leaked))).toThrow("a Value of one trace was used in another");
});
