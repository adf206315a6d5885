import { isInt32 } from "./limits.ts";
import { inputTypes } from "./operations.ts";
import type { Input, Type } from "./operations.ts";
import { ProgramError } from "./program-error.ts";
import { postorder } from "./postorder.ts";
import type { Program } from "./program.ts";

/** Every input, in the order in which evaluators take them. */
export const inputs: readonly Input[] = Object.freeze(Object.keys(inputTypes) as Input[]);

/** The inputs that a program's result depends on; one that was taken from the scope and never read does not count. */
export function usedInputs(program: Program): Set<Input> {
  const used = new Set<Input>();
  for (const position of postorder(program.instructions, [program.result])) {
    const instruction = program.instructions[position];
    if (instruction.op === "input") used.add(instruction.input);
  }
  return used;
}

/** The type of what a program gives. */
export function resultType(program: Program): Type {
  return program.instructions[program.result].type;
}

/** One input's number. @throws {ProgramError} when it is missing, or is to be an int and is none */
export function readInput(who: string, given: Partial<Readonly<Record<Input, number>>>, input: Input): number {
  const value = given[input];
  if (value === undefined) throw new ProgramError(`${who}: the program reads ${input}, which was not given.`);
  if (inputTypes[input] === "int" && !isInt32(value + 0)) {
    throw new ProgramError(`${who}: ${input} must be a whole number of 32 bits, got ${value}.`);
  }
  return inputTypes[input] === "int" ? value | 0 : value;
}
