import type { Tensor } from "@fovea/tensor";
import { checkTable } from "./check-table.ts";
import { ProgramError } from "./program-error.ts";
import type { Program } from "./program.ts";

/** Table contents by name. */
export type Tables = Readonly<Record<string, Tensor>>;

/** What each table of a program holds, by position: from `tables` where it is given there, else what came with the program.
 *  @throws {ProgramError} for a table without values, values of another type or rank, or a name the program does not have */
export function bindTables(who: string, program: Program, tables: Tables = {}): Tensor[] {
  refuseUnknownTables(who, program, tables);
  return program.tables.map((table) => {
    const { name } = table;
    const values: Tensor | undefined = Object.hasOwn(tables, name) ? tables[name] : program.values[name];
    if (values === undefined) {
      throw new ProgramError(`${who}: table ${name} has no values. Pass them as { ${name}: tensor }.`);
    }
    checkTable(who, table, values);
    return values;
  });
}

/** @throws {ProgramError} for a name that is no table of the program */
export function refuseUnknownTables(who: string, program: Program, tables: Tables): void {
  const names = program.tables.map(({ name }) => name);
  for (const name of Object.keys(tables)) {
    if (names.includes(name)) continue;
    const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
    throw new ProgramError(`${who}: the program has no table ${name}; ${known}.`);
  }
}
