import type { Instruction, Operation, Program } from "@fovea/program";

const comparisons: ReadonlySet<string> = new Set<Operation>(["less", "lessEqual", "equal", "notEqual"]);

/** Whether an operation makes something whole of floats, so that a small difference between them makes a large one of the result. */
const decides = (op: string): boolean => comparisons.has(op) || op === "toInt" || op === "floor" || op === "remainder";

const argsOf = (instruction: Instruction): readonly number[] => ("args" in instruction ? instruction.args : []);

/** Which instructions are floats that a decision rests on, by position: those that are compared, cut to ints or rounded, and what they are computed from.
 *  They are computed in float64, as the reference does, so that who sees whom is the same on every backend: in float32, document 16,777,217 would be
 *  document 16,777,216. What rests on the score is float32 anyway. Work: O(instructions). */
export function decidingFloats({ instructions }: Program): readonly boolean[] {
  const restsOnScore = scoreDependence(instructions);
  const isFloat = (position: number): boolean => instructions[position].type === "float";
  const deciding = instructions.map(() => false);
  for (let position = instructions.length - 1; position >= 0; position--) {
    const instruction = instructions[position];
    const floats = argsOf(instruction).filter(isFloat);
    if (decides(instruction.op) && floats.length > 0 && floats.every((arg) => !restsOnScore[arg])) {
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

/** Names of the tables that deciding floats read: kernels find their elements as float64. */
export function decidingTables(program: Program): ReadonlySet<string> {
  const deciding = decidingFloats(program);
  const names = new Set<string>();
  for (const [position, instruction] of program.instructions.entries()) {
    if (deciding[position] && instruction.op === "gather" && "table" in instruction) {
      names.add(program.tables[instruction.table].name);
    }
  }
  return names;
}
