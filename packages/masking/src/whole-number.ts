import { wholeNumber as checkWholeNumber } from "@fovea/tensor";
import { MaskError } from "./mask-error.ts";

/** The largest index, length or distance a mask may hold: programs compute with 32-bit ints. */
export const largestInt = 2147483647;

/** Gives `value` back when it is a whole number in `low … high`.
 *  @throws {MaskError} otherwise, as "who: name must be …, got …" */
export function wholeNumber(who: string, name: string, value: number, low = 0, high: number = largestInt): number {
  return checkWholeNumber(who, name, value, low, high, MaskError);
}

/** `wholeNumber` for each number of a list. */
export function wholeNumbers(
  who: string,
  name: string,
  values: ArrayLike<number>,
  low = 0,
  high: number = largestInt,
): void {
  if (values === null || typeof values !== "object" || !Number.isInteger(values.length))
    throw new MaskError(`${who}: ${name} must be an array of whole numbers, got ${String(values)}.`);
  for (let i = 0; i < values.length; i++) wholeNumber(who, `${name}[${i}]`, values[i], low, high);
}

/** Checks a size per axis, such as `canvas: [height, width]`: one whole number of at least 1 for each name in `axes`. */
export function sizes(who: string, name: string, values: readonly number[], axes: readonly string[]): void {
  if (!Array.isArray(values) || values.length !== axes.length)
    throw new MaskError(
      `${who}: ${name} must be [${axes.join(", ")}], got ${JSON.stringify(values) ?? String(values)}.`,
    );
  wholeNumbers(who, name, values, 1);
}
