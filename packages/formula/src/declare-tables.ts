import type { Scope, Table, Type } from "@fovea/program";
import { FormulaError } from "./formula-error.ts";
import { unknownTable } from "./name-problem.ts";
import { givenTable, type FormulaKind, type Names, type TableGiven } from "./names.ts";
import type { Syntax } from "./syntax.ts";
import type { Source, Token } from "./tokenize.ts";
import { constants, inputs, takesOf } from "./vocabulary.ts";

/** A table of a formula. */
export interface DeclaredTable {
  readonly table: Table;
  readonly rank: number;
}

/** How the text of a formula uses a table. */
interface Use {
  /** Where first. */
  readonly token: Token;
  readonly indices: number;
  /** What the formula needs it to hold, where it can hold but one type. */
  wanted: Type | undefined;
}

/** Declares the tables that a formula's text reads, by the text that stands for them. One that is not given, where none are, holds ints where
 *  the formula needs an int (an index, bits), bools where it needs a bool, else floats.
 *  @throws {FormulaError} for an unknown table, or values that no table can hold */
export function declareTables(
  source: Source,
  root: Syntax,
  names: Names,
  kind: FormulaKind | undefined,
  scope: Scope,
): ReadonlyMap<string, DeclaredTable> {
  const taken = new Set(source.tokens.map(({ text }) => text));
  const declared = new Map<string, DeclaredTable>();
  const byValues = new Map<TableGiven, DeclaredTable>();
  // in the order they were given, so that a formula written another way has its tables in the same order
  const uses = tableUses(root, names, kind);
  const texts = new Set([...(names.tables?.keys() ?? []), ...uses.keys()]);
  for (const text of texts) {
    const use = uses.get(text);
    if (use === undefined) continue;
    const given = givenTable(names, text) ?? byUse(source, use, names);
    const known = use.token.kind === "hole" ? byValues.get(given) : undefined;
    declared.set(text, known ?? declare(source, use.token, given, nameOf(use.token, taken), scope));
    if (use.token.kind === "hole") byValues.set(given, declared.get(text)!);
  }
  return declared;
}

function tableUses(root: Syntax, names: Names, kind: FormulaKind | undefined): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>();
  const visit = (node: Syntax, wanted: Type | undefined): void => {
    const isTable = node.kind === "value" ? isBareTable(node.token, names) : node.kind === "index";
    if (isTable && node.kind !== "chain") {
      const { token } = node;
      const use = uses.get(token.text) ?? { token, indices: node.kind === "index" ? node.args.length : 0, wanted };
      use.wanted ??= wanted;
      uses.set(token.text, use);
    }
    if (node.kind !== "value") node.args.forEach((arg, index) => visit(arg, wantedType(node, index)));
  };
  visit(root, kind === "mask" ? "bool" : undefined);
  return uses;
}

/** A table without indices: one of rank 0, if it is right. Inputs and constants come first. */
function isBareTable({ text }: Token, names: Names): boolean {
  return !inputs.has(text) && !constants.has(text) && givenTable(names, text) !== undefined;
}

function wantedType(node: Syntax, index: number): Type | undefined {
  if (node.kind === "index") return "int";
  if (node.kind !== "operator" && node.kind !== "call") return undefined;
  const takes = takesOf(node.token.text, node.args.length);
  if (takes === "choice") return index === 0 ? "bool" : undefined;
  return takes === "int" || takes === "bool" ? takes : undefined;
}

function byUse({ text }: Source, { token, indices, wanted }: Use, names: Names): TableGiven {
  if (token.kind === "name" && names.tables === undefined) return { type: wanted ?? "float", rank: indices };
  const problem = token.kind === "name" ? unknownTable(names, token.text) : "only a table can be indexed.";
  throw new FormulaError(`formula: ${problem}`, text, token.start);
}

/** The table's own name, or a free one for a table that was put into a template. */
function nameOf(token: Token, taken: Set<string>): string {
  if (token.kind === "name") return token.text;
  let number = Number(token.text.slice(2, -1));
  while (taken.has(`table${number}`)) number += 1;
  taken.add(`table${number}`);
  return `table${number}`;
}

function declare({ text }: Source, token: Token, given: TableGiven, name: string, scope: Scope): DeclaredTable {
  try {
    return { table: scope.table(name, given), rank: rankOf(given) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormulaError(`formula: ${token.text} is no table. ${reason}`, text, token.start);
  }
}

/** Axes of what was given. */
function rankOf(given: unknown): number {
  if (ArrayBuffer.isView(given)) return 1;
  if (Array.isArray(given)) return given.length === 0 ? 1 : 1 + rankOf(given[0]);
  if (typeof given !== "object" || given === null) return 0;
  if ("rank" in given && !("data" in given)) return Number(given.rank);
  if ("shape" in given && Array.isArray(given.shape)) return given.shape.length;
  return "toArray" in given && typeof given.toArray === "function" ? rankOf(given.toArray()) : 0;
}
