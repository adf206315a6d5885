import { ProgramError } from "../ir/program-error.ts";

/** A number as JSON can hold it: what JSON has no form for is a string. */
export type JSONNumber = number | "NaN" | "Infinity" | "-Infinity" | "-0";

export function encodeNumber(value: number): JSONNumber {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : (String(value) as JSONNumber);
}

/** @throws {ProgramError} for what is no number */
export function decodeNumber(what: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const special = typeof value === "string" ? specials.get(value) : undefined;
  if (special === undefined) throw new ProgramError(`fromJSON: ${what} must be a number, got ${typeof value}.`);
  return special;
}

const specials = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);
