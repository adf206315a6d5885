import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { compose } from "./compose.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { usedInputs } from "../ir/inputs.ts";
import { ProgramError } from "../ir/program-error.ts";
import { tablesOf, withoutValues, withTables } from "../ir/tables.ts";
import { trace } from "./trace.ts";

const double = trace(({ score }) => score.multiply(2));
const next = trace(({ score }) => score.add(1));

test("the outer program sees what the inner one gives", () => {
  expect(evaluate(compose(double, next), { score: 3 })).toBe(8);
  expect(evaluate(compose(next, double), { score: 3 })).toBe(7);
});

test("a table of the same values is shared, another of its name renamed", () => {
  const slopes = tensor([1, 2]);
  const one = trace(({ score, head, table }) => score.add(table("slope", slopes).at(head)));
  const other = trace(({ score, head, table }) => score.add(table("slope", [10, 20]).at(head)));
  expect(compose(one, one).tables.map(({ name }) => name)).toEqual(["slope"]);
  const both = compose(one, other);
  expect(both.tables.map(({ name }) => name)).toEqual(["slope", "slope2"]);
  expect(evaluate(both, { score: 0, head: 1 })).toBe(22);
});

test("tables without values are one table when name, type and rank are the same", () => {
  const declared = trace(({ score, head, table }) => score.add(table("slope", { type: "float", rank: 1 }).at(head)));
  expect(evaluate(compose(declared, declared), { score: 0, head: 0 }, { slope: tensor([3]) })).toBe(6);
});

test("a mask cannot be the inner program", () => {
  expect(() =>
    compose(
      double,
      trace(({ query, key }) => query.less(key)),
    ),
  ).toThrow(ProgramError);
});

test("table values can be added, listed and taken away", () => {
  const declared = trace(({ head, table }) => table("slope", { type: "float", rank: 1 }).at(head));
  const slope = tensor([3]);
  const held = withTables(declared, { slope });
  expect(evaluate(held, { head: 0 })).toBe(3);
  expect(tablesOf(held)).toEqual({ slope });
  expect(tablesOf(withoutValues(held))).toEqual({});
  expect(() => withTables(declared, { slopes: slope })).toThrow("the program has no table slopes; it has slope.");
  expect(() => withTables(declared, { slope: tensor([[3]]) })).toThrow("table slope has rank 1");
});

test("the inputs that a program reads are known", () => {
  expect(usedInputs(trace(({ query, key }) => query.less(key)))).toEqual(new Set(["query", "key"]));
  // taken from the scope, never read
  expect(usedInputs(trace(({ batch: _batch, query, key }) => query.less(key)))).toEqual(new Set(["query", "key"]));
});
