import { checkTable } from "./check-table.ts";
import { refuseUnknownTables } from "./bind-tables.ts";
import type { Tables } from "./bind-tables.ts";
import type { Program } from "./program.ts";

/** The same program with these table values beside or instead of those it had.
 *  @throws {ProgramError} for a name that is no table of the program, or values of another type or rank */
export function withTables(program: Program, values: Tables): Program {
  refuseUnknownTables("withTables", program, values);
  for (const table of program.tables) {
    if (Object.hasOwn(values, table.name)) checkTable("withTables", table, values[table.name]);
  }
  return Object.freeze({ ...program, values: Object.freeze({ ...program.values, ...values }) });
}

/** The table values that came with a program, by name. */
export function tablesOf(program: Program): Tables {
  return program.values;
}

/** The same program without table values, as a plan holds it. */
export function withoutValues(program: Program): Program {
  return Object.freeze({ ...program, values: Object.freeze({}) });
}
