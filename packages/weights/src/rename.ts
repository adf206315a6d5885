import { WeightFileError, quote } from "./weight-file-error.ts";
import { createWeightFile } from "./weight-file.ts";
import type { WeightEntry, WeightFile } from "./weight-file.ts";

/** What to put in place of what: a text everywhere it occurs, or a pattern with `$1` as in `String.replace`. */
export type RenameRule = readonly [from: string | RegExp, to: string];

/** The same weights under other names: every rule in turn on every name. Nothing is read.
 *  @throws {WeightFileError} when two weights get the same name */
export function rename(file: WeightFile, rules: readonly RenameRule[]): WeightFile {
  return mapNames(file, (name) =>
    rules.reduce((renamed, [from, to]) => {
      return typeof from === "string" ? renamed.split(from).join(to) : renamed.replace(from, to);
    }, name),
  );
}

/** The weights whose names begin with a prefix, without it: one layer, or one half of a model. Nothing is read.
 *  @throws {WeightFileError} when no name begins so */
export function selectPrefix(file: WeightFile, prefix: string): WeightFile {
  const selected = mapNames(file, (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : null));
  if (selected.names.length > 0) return selected;
  const got = `none of ${file.names.length} (the first is ${quote(file.names[0])})`;
  const remedy = "Look at names for the prefixes that are there.";
  throw new WeightFileError({ file: file.file, expected: `names that begin with ${quote(prefix)}`, got, remedy });
}

/** Several files as one: the parts of a checkpoint that was split. Metadata of later files wins.
 *  @throws {WeightFileError} when a name is in two of them */
export function combine(files: readonly WeightFile[]): WeightFile {
  const entries = new Map<string, WeightEntry>();
  for (const file of files) for (const name of file.names) add(entries, file, name, name);
  const metadata = new Map(files.flatMap(({ metadata }) => [...metadata]));
  return createWeightFile(files.map(({ file }) => file).join(" + "), entries, metadata);
}

function mapNames(file: WeightFile, newName: (name: string) => string | null): WeightFile {
  const entries = new Map<string, WeightEntry>();
  for (const name of file.names) {
    const renamed = newName(name);
    if (renamed !== null) add(entries, file, name, renamed);
  }
  return createWeightFile(file.file, entries, file.metadata);
}

function add(entries: Map<string, WeightEntry>, file: WeightFile, name: string, newName: string): void {
  if (entries.has(newName)) {
    const got = `${quote(newName)} twice (again for ${quote(name)})`;
    const remedy = "Change the rules so that names stay apart.";
    throw new WeightFileError({ file: file.file, expected: "different names for different weights", got, remedy });
  }
  entries.set(newName, { ...file.info(name), read: () => file.tensor(name) });
}
