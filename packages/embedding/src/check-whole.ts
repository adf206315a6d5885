import { EmbeddingError } from "./embedding-error.ts";

/** Refuses what is not a whole number of at least `minimum`.
 *  @throws {EmbeddingError} */
export function checkWhole(who: string, name: string, value: number, minimum: number): void {
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new EmbeddingError(`${who}: ${name} must be a whole number of at least ${minimum}, got ${value}.`);
  }
}
