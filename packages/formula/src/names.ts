import type { Program, TableType } from "@fovea/program";
import type { TensorLike } from "@fovea/tensor";

/** What a formula is for: a score or a probability is a float, a mask a bool. */
export type FormulaKind = "score" | "mask" | "probability";

/** What a table is given as: its values (a tensor, typed array or nested arrays), or only its type and rank. */
export type TableGiven = TensorLike | TableType;

/** A value put into a template. */
export type Hole =
  | { readonly kind: "constant"; readonly value: number | boolean }
  | { readonly kind: "table"; readonly given: TableGiven }
  | { readonly kind: "program"; readonly program: Program };

/** What stands behind the names of a formula. */
export interface Names {
  /** The tables it may read. Undefined: any; one that is not given is declared by its use. */
  readonly tables: ReadonlyMap<string, TableGiven> | undefined;
  /** The values put into a template, by the text that shows for them. */
  readonly holes: ReadonlyMap<string, Hole>;
}

/** The table that a name or hole stands for, if it was given. */
export function givenTable({ tables, holes }: Names, text: string): TableGiven | undefined {
  const hole = holes.get(text);
  return hole?.kind === "table" ? hole.given : tables?.get(text);
}
