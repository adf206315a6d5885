import type { Operation } from "./operations.ts";
import type { Instruction, Program } from "./program.ts";

/** Operations that make something whole of floats, so that a small difference between them makes a large one of the result. */
const deciders: ReadonlySet<string> = new Set<Operation>([
  "less",
  "lessEqual",
  "equal",
  "notEqual",
  "toInt",
  "floor",
  "remainder",
]);

const argsOf = (instruction: Instruction): readonly number[] => ("args" in instruction ? instruction.args : []);

/** Which instructions are floats that a decision rests on, by position: those that are compared, cut to ints or rounded, and what they are computed from.
 *  Backends that compute in float32 compute these in float64, so that who sees whom is the same on every backend: in float32, document 16,777,217
 *  would be document 16,777,216. What rests on the score does not count. Work: O(instructions). */
export function decidingFloats({ instructions }: Program): readonly boolean[] {
  const restsOnScore = scoreDependence(instructions);
  const isFloat = (position: number): boolean => instructions[position].type === "float";
  const deciding = instructions.map(() => false);
  for (let position = instructions.length - 1; position >= 0; position--) {
    const instruction = instructions[position];
    const floats = argsOf(instruction).filter(isFloat);
    if (deciders.has(instruction.op) && floats.length > 0 && floats.every((arg) => !restsOnScore[arg])) {
      for (const arg of floats) deciding[arg] = true;
      // a rounded number is a float itself
      if (isFloat(position)) deciding[position] = true;
    }
    if (deciding[position]) for (const arg of floats) deciding[arg] = true;
  }
  return deciding;
}

/** Which instructions rest on the score, by position. */
export function scoreDependence(instructions: readonly Instruction[]): readonly boolean[] {
  const depends: boolean[] = [];
  for (const instruction of instructions) {
    if (instruction.op === "input" && "input" in instruction) depends.push(instruction.input === "score");
    else depends.push(argsOf(instruction).some((arg) => depends[arg]));
  }
  return depends;
}
