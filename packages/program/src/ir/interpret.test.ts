import { expect, test } from "vitest";
import { interpret, interpretAll } from "./interpret.ts";
import type { Rule, Rules } from "./interpret.ts";
import { operations } from "./operations.ts";
import type { Operation } from "./operations.ts";
import { trace } from "../write/trace.ts";

/** Writes a program as nested calls. */
const calls = Object.fromEntries(
  (Object.keys(operations) as Operation[]).map((op): [Operation, Rule<string>] => [
    op,
    (_, ...args) => `${op}(${args.join(", ")})`,
  ]),
) as Record<Operation, Rule<string>>;
const text: Rules<string> = {
  ...calls,
  constant: ({ type }, value) => `${type} ${value}`,
  input: (_, input) => input,
  gather: ({ program }, table, ...indices) => `${program.tables[table].name}[${indices.join(", ")}]`,
};

const alibi = trace(({ score, head, query, key, table }) =>
  score.add(table("slope", [0.5]).at(head).multiply(key.subtract(query).add(1))),
);

test("a table of rules is a meaning", () => {
  expect(interpret(alibi, text)).toBe("add(score, multiply(slope[head], toFloat(add(subtract(key, query), int 1))))");
});

test("every instruction has its meaning", () => {
  expect(interpretAll(alibi, text).slice(0, 5)).toEqual(["score", "head", "query", "key", "slope[head]"]);
});

test("a rule sees the types it works on", () => {
  const types: string[] = [];
  const toFloat: Rule<string> = ({ type, argTypes, args }, value) => {
    types.push(`${argTypes.join()} to ${type} from ${args.join()}`);
    return value;
  };
  interpret(
    trace(({ query }) => query.toFloat()),
    { ...text, toFloat },
  );
  expect(types).toEqual(["int to float from 0"]);
});
