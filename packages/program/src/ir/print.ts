import { interpretAll } from "./interpret.ts";
import type { Rule, Rules } from "./interpret.ts";
import { operationNames } from "./operations.ts";
import type { Operation } from "./operations.ts";
import type { Program } from "./program.ts";
import { recordOf } from "./record-of.ts";

/** A listing for people: tables, then one instruction a line, then what is returned. Table values are not shown.
 *
 *  ```text
 *  table slope: float[1]
 *  %0 = score
 *  %1 = head
 *  %2 = slope[%1]
 *  %3 = multiply %0 %2 : float
 *  return %3
 *  ``` */
export function print(program: Program): string {
  const tables = program.tables.map(({ name, type, rank }) => `table ${name}: ${type}[${rank}]`);
  const lines = interpretAll(program, listing).map((text, position) => `%${position} = ${text}`);
  return [...tables, ...lines, `return %${program.result}`].join("\n");
}

const list: (op: Operation) => Rule<string> = (op) => (step) =>
  `${op} ${step.args.map((arg) => `%${arg}`).join(" ")} : ${step.type}`;

const listing: Rules<string> = {
  ...recordOf(operationNames, list),
  constant: ({ type }, value) => `${Object.is(value, -0) ? "-0" : value} : ${type}`,
  input: (_, input) => input,
  gather: ({ program, args }, table) => `${program.tables[table].name}[${args.map((arg) => `%${arg}`).join(", ")}]`,
};
