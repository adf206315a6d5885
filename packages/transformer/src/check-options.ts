import { TransformerError } from "./transformer-error.ts";

/** Names that options may have; the compiler asks for each. */
export type OptionNames<T extends object> = Readonly<Record<T extends unknown ? keyof T : never, true>>;

/** Refuses an option that nobody would read: a slip of the pen, which may leave a text without an end.
 *  @throws {TransformerError} */
export function checkOptions<T extends object>(who: string, options: T, names: OptionNames<T>): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  throw new TransformerError(`${who}: there is no option "${unknown}". There are ${Object.keys(names).join(", ")}.`);
}
