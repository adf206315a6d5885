import { AdapterError } from "./adapter-error.ts";

/** @throws {AdapterError} unless every number is whole and at least 1 */
export function checkCounts(who: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count > 0) continue;
    throw new AdapterError(`${who}: expected ${name} to be a whole number of at least 1, got ${String(count)}.`);
  }
}
