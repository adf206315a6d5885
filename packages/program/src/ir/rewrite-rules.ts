import type { Rule, Rules } from "./interpret.ts";
import { operationNames } from "./operations.ts";
import type { Operation } from "./operations.ts";
import { recordOf } from "./record-of.ts";

/** What programs are written into: a builder, or something that writes a shorter form into one. */
export interface Writer {
  apply(op: Operation, ...args: readonly number[]): number;
  constant(value: number, type: "float" | "int" | "bool"): number;
}

/** Rules that write every instruction again; tables and inputs are the caller's. */
export function rewriteRules(writer: Writer): Omit<Rules<number>, "input" | "gather"> {
  return {
    ...recordOf(
      operationNames,
      (op): Rule<number> =>
        (_, ...args) =>
          writer.apply(op, ...args),
    ),
    constant: ({ type }, value) => writer.constant(value, type),
  };
}
