import type { Rule, Rules } from "./interpret.ts";
import { operations } from "./operations.ts";
import type { Operation } from "./operations.ts";

/** What programs are written into: a builder, or something that writes a shorter form into one. */
export interface Writer {
  apply(op: Operation, ...args: readonly number[]): number;
  constant(value: number, type: "float" | "int" | "bool"): number;
}

/** Rules that write every instruction again; tables and inputs are the caller's. */
export function rewriteRules(writer: Writer): Omit<Rules<number>, "input" | "gather"> {
  const names = Object.keys(operations) as Operation[];
  const rules = names.map((op): [Operation, Rule<number>] => [op, (_, ...args) => writer.apply(op, ...args)]);
  return {
    ...(Object.fromEntries(rules) as Record<Operation, Rule<number>>),
    constant: ({ type }, value) => writer.constant(value, type),
  };
}
