import { ProgramError } from "../ir/program-error.ts";
import type { Instruction } from "../ir/program.ts";

/** Refuses a trace in which a condition was computed and then dropped: that is what JavaScript's `if`, `? :`, `&&`, `||` and `!`
 *  do to a Value, and the program would silently lack a part.
 *  @param inlined positions that came with another program, which may have such instructions
 *  @throws {ProgramError} */
export function checkConditions(
  instructions: readonly Instruction[],
  result: number,
  inlined: ReadonlySet<number>,
): void {
  const read = new Set([result, ...inlined]);
  for (const instruction of instructions) {
    if ("args" in instruction) for (const arg of instruction.args) read.add(arg);
  }
  const dropped = instructions.findIndex(
    ({ op, type }, position) => type === "bool" && op !== "constant" && !read.has(position),
  );
  if (dropped >= 0) {
    throw new ProgramError(
      `trace: the result of ${instructions[dropped].op} is never used. JavaScript's if, ? :, &&, || and ! cannot look into a Value: write select(condition, a, b), and(a, b), or(a, b), not(a).`,
    );
  }
}
