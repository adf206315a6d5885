import { decidingFloats, type Program } from "@fovea/program";

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
