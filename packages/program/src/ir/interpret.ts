import type { Input, Operation, Type } from "./operations.ts";
import type { Program } from "./program.ts";

/** Where a rule stands: the program, the position of the instruction, its type and where its arguments come from. */
export interface Step {
  readonly program: Program;
  readonly position: number;
  readonly type: Type;
  /** Positions and types of the arguments. */
  readonly args: readonly number[];
  readonly argTypes: readonly Type[];
}

/** What one operation means, given what its arguments mean. */
export type Rule<T> = (step: Step, ...args: T[]) => T;

/** A meaning for programs: one rule per operation. Adding an operation makes the compiler list every table that must learn it. */
export interface Rules<T> extends Readonly<Record<Operation, Rule<T>>> {
  readonly constant: (step: Step, value: number) => T;
  readonly input: (step: Step, input: Input) => T;
  /** `table` is a position in `step.program.tables`; one index per axis. */
  readonly gather: (step: Step, table: number, ...indices: T[]) => T;
}

/** What a program means under these rules. */
export function interpret<T>(program: Program, rules: Rules<T>): T {
  return interpretAll(program, rules)[program.result];
}

/** What every instruction of a program means under these rules, by position. This is the only loop over instructions. */
export function interpretAll<T>(program: Program, rules: Rules<T>): T[] {
  const { instructions } = program;
  const meanings: T[] = [];
  for (const [position, instruction] of instructions.entries()) {
    const { op, type } = instruction;
    const args = "args" in instruction ? instruction.args : noArgs;
    const step: Step = { program, position, type, args, argTypes: args.map((arg) => instructions[arg].type) };
    if (op === "constant") meanings.push(rules.constant(step, instruction.value));
    else if (op === "input") meanings.push(rules.input(step, instruction.input));
    else {
      const given = args.map((arg) => meanings[arg]);
      meanings.push(op === "gather" ? rules.gather(step, instruction.table, ...given) : rules[op](step, ...given));
    }
  }
  return meanings;
}

const noArgs: readonly number[] = [];
