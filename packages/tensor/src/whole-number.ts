import { describeValue } from "./describe-value.ts";

/** An error class of a package: what its checks throw. */
export type Refusal = new (message: string) => Error;

/** The one check of a count, index or length: gives `value` back when it is a whole number from `least` to `most`.
 *  @param most default: what is exact in a float64; no part of the message from what an int of 32 bits holds
 *  @param Refuse the caller's error class; default RangeError
 *  @throws `who: name must be a whole number …, got …` */
export function wholeNumber(
  who: string,
  name: string,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
  Refuse: Refusal = RangeError,
): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  const range = most >= 2 ** 31 - 1 ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new Refuse(`${who}: ${name} must be a whole number ${range}, got ${describeValue(value)}.`);
}
