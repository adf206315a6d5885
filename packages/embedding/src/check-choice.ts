import { EmbeddingError } from "./embedding-error.ts";

/** Refuses a word that is not one of the choices, for callers without types.
 *  @throws {EmbeddingError} */
export function checkChoice(who: string, name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new EmbeddingError(`${who}: ${name} must be one of ${choices.join(", ")}, got ${String(value)}.`);
}
