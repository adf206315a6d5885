import { ProgramError } from "@fovea/program";
import type { Program, TableDeclaration } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { compile } from "./compile.ts";
import { FormulaError, printable } from "./formula-error.ts";
import type { FormulaKind, Names, TableGiven } from "./names.ts";
import { readSyntax } from "./syntax.ts";
import { tokenize, type Source } from "./tokenize.ts";

export interface FormulaOptions {
  /** The tables that the text may read: their values, or only their type and rank (`program.tables` of another program will do).
   *  Default: any table, declared without values by its use. */
  readonly tables?: Readonly<Record<string, TableGiven>> | readonly TableDeclaration[];
  /** What the program must give: a float for a score or probability, a bool for a mask. Default: what the text gives. */
  readonly kind?: FormulaKind;
}

const kinds: readonly FormulaKind[] = ["score", "mask", "probability"];

/** The program that a text describes, such as `score - slopes[head] * (query - key)`. The text may come from a stranger: it is parsed, never
 *  run, and refused beyond 4096 characters, 64 levels or 1000 values and operators.
 *  @throws {FormulaError} that points at what is wrong */
export function parseFormula(text: string, options: FormulaOptions = {}): Program {
  checkOptions(
    "parseFormula",
    options,
    { tables: true, kind: true },
    { example: 'parseFormula(text, { kind: "score" })', Refuse: FormulaError },
  );
  if (typeof text !== "string") throw new FormulaError(`formula: expected text, got ${typeof text}.`);
  const { tables, kind } = options;
  if (kind !== undefined && !kinds.includes(kind)) {
    throw new FormulaError(`formula: expected kind to be one of ${kinds.join(", ")}, got ${printable(String(kind))}.`);
  }
  const known = tables === undefined ? undefined : tablesByName(tables);
  return makeProgram(tokenize([text]), { tables: known, holes: new Map() }, kind);
}

function tablesByName(tables: NonNullable<FormulaOptions["tables"]>): ReadonlyMap<string, TableGiven> {
  if (typeof tables !== "object" || tables === null) {
    throw new FormulaError(`formula: expected tables by their names, got ${printable(String(tables))}.`);
  }
  const named = new Map<string, TableGiven>();
  for (const [key, table] of Object.entries<TableGiven | TableDeclaration | null | undefined>(tables)) {
    const name = Array.isArray(tables) ? nameOf(table) : key;
    if (name === undefined || table === null || table === undefined) {
      const got = table === null || table === undefined ? String(table) : "one without a name";
      throw new FormulaError(
        `formula: expected a table in tables at ${printable(key)}, got ${got}. Give its values, or its type and rank; in a list also its name.`,
      );
    }
    named.set(name, table);
  }
  return named;
}

/** The name that a table of a list says. */
function nameOf(table: unknown): string | undefined {
  const isNamed = typeof table === "object" && table !== null && "name" in table && typeof table.name === "string";
  return isNamed ? (table as TableDeclaration).name : undefined;
}

/** From words to a program; what the program itself refuses (its size, its tables) is said of the whole formula. */
export function makeProgram(source: Source, names: Names, kind: FormulaKind | undefined): Program {
  const syntax = readSyntax(source);
  try {
    return compile(source, syntax, names, kind);
  } catch (error) {
    if (error instanceof ProgramError) throw new FormulaError(`formula: ${error.message}`, source.text, 0);
    throw error;
  }
}
