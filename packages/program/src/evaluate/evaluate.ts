import { bindTables } from "../ir/bind-tables.ts";
import type { Tables } from "../ir/bind-tables.ts";
import { readInput, resultType } from "../ir/inputs.ts";
import { interpret } from "../ir/interpret.ts";
import type { Input } from "../ir/operations.ts";
import type { Program } from "../ir/program.ts";
import { readElement } from "./read-element.ts";
import { scalarRules } from "../ir/scalar-rules.ts";

/** What a program gives for one pair: the definition. Floats are float64, ints wrap at 32 bits. `createEvaluator` is the fast form.
 *  @param inputs those that the program reads
 *  @param tables values by table name, instead of those that came with the program
 *  @returns a number, or a boolean for a mask
 *  @throws {ProgramError} for a missing input or table */
export function evaluate(
  program: Program,
  inputs: Partial<Readonly<Record<Input, number>>> = {},
  tables?: Tables,
): number | boolean {
  const bound = bindTables("evaluate", program, tables);
  const value = interpret<number>(program, {
    ...scalarRules,
    constant: (_, value) => value,
    input: (_, input) => readInput("evaluate", inputs, input),
    gather: (_, table, ...indices) => readElement(bound[table], indices),
  });
  return resultType(program) === "bool" ? value === 1 : value;
}
