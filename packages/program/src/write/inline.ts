import type { Input } from "../ir/operations.ts";
import { interpretAll } from "../ir/interpret.ts";
import type { Rules } from "../ir/interpret.ts";
import type { Program } from "../ir/program.ts";
import type { ProgramBuilder } from "../ir/program-builder.ts";
import { rewriteRules } from "../ir/rewrite-rules.ts";

/** Writes a program's instructions into a builder, with some inputs replaced by positions there.
 *  A table that the builder already has (same name, type, rank, and the same values or none) is shared; one whose name is taken
 *  by another gets a number after its name.
 *  @returns where each instruction went */
export function inline(
  builder: ProgramBuilder,
  program: Program,
  inputs: Partial<Readonly<Record<Input, number>>> = {},
): number[] {
  const tables = program.tables.map((table) => {
    const values = program.values[table.name];
    let name = table.name;
    for (let next = 2; !builder.has({ ...table, name }, values) && isTaken(builder, name); next++) {
      name = table.name + next;
    }
    return builder.declare({ ...table, name }, values);
  });
  const rules: Rules<number> = {
    ...rewriteRules(builder),
    input: (_, input) => inputs[input] ?? builder.input(input),
    gather: (_, table, ...indices) => builder.gather(tables[table], indices),
  };
  return interpretAll(program, rules);
}

function isTaken(builder: ProgramBuilder, name: string): boolean {
  return builder.tables.some((table) => table.name === name);
}
