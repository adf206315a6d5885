import type { Names } from "./names.ts";
import { suggest } from "./suggest.ts";
import { arities, constants, inputs } from "./vocabulary.ts";

/** What to say of a name without brackets that stands for nothing. */
export function unknownName({ tables }: Names, name: string): string {
  if (arities.has(name)) return `${name} is a function. Write ${name}(…).`;
  const near = suggest(name, [...inputs.keys(), ...constants.keys(), ...(tables?.keys() ?? [])]);
  return `unknown name "${name}"${near ?? `. Formulas know ${[...inputs.keys()].join(", ")} and their tables.`}`;
}

/** What to say of a name before parentheses that is no function. */
export function unknownFunction({ tables }: Names, name: string): string {
  if (inputs.has(name) || constants.has(name)) return `${name} is no function. Write * for a product.`;
  if (tables?.has(name)) return `${name} is a table. Write ${name}[…].`;
  const near = suggest(name, arities.keys());
  return `unknown function "${name}"${near ?? `. Formulas know ${[...arities.keys()].join(", ")}.`}`;
}

/** What to say of a name before square brackets that is no table. */
export function unknownTable({ tables }: Names, name: string): string {
  return `unknown table "${name}"${suggest(name, tables?.keys() ?? []) ?? ". Give it in the option tables."}`;
}

export function wrongCount(name: string, accepted: readonly number[], got: number): string {
  const noun = accepted.at(-1) === 1 ? "argument" : "arguments";
  return `${name} takes ${accepted.join(" or ")} ${noun}, got ${got}.`;
}

export function wrongRank(name: string, rank: number, got?: number): string {
  const places = ["i", "j", "k", "l", "m", "n", "o", "p"].slice(0, rank).join(", ");
  const count = got === undefined ? "" : `, got ${got}`;
  return `the table ${name} takes ${rank} ${rank === 1 ? "index" : "indices"}${count}. Write ${name}[${places}].`;
}
