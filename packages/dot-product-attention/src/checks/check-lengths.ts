import { wholeNumber } from "@fovea/tensor";
import { AttentionError } from "../attention-error.ts";

/** One whole number per batch element, or one for all; `fallback` where nothing is given.
 *  @throws {AttentionError} when there are too few or too many, or one is fractional or outside `minimum … maximum` */
export function checkLengths(
  name: string,
  given: number | ArrayLike<number> | undefined,
  batch: number,
  fallback: number,
  minimum: number,
  maximum: number,
): Int32Array {
  if (given === undefined) return new Int32Array(batch).fill(fallback);
  const list = typeof given === "number" ? new Array<number>(batch).fill(given) : Array.from(given);
  if (list.length !== batch) {
    throw new AttentionError(
      `attention: expected ${name} to have one number per batch element, ${batch}, got ${list.length}.`,
    );
  }
  list.forEach((length, b) => wholeNumber("attention", `${name}[${b}]`, length, minimum, maximum, AttentionError));
  return Int32Array.from(list);
}
