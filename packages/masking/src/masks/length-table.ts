import type { Scope, Value } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { wholeNumber, wholeNumbers } from "../whole-number.ts";

/** One length for all, or one per batch element. */
export type Lengths = number | ArrayLike<number>;

/** Refuses lengths that are not whole numbers of at least 0. */
export function checkLengths(who: string, name: string, lengths: Lengths): void {
  if (typeof lengths === "number") wholeNumber(who, name, lengths);
  else wholeNumbers(who, name, lengths);
}

/** The length that holds where the program is asked, from an int table `[1]` or `[batch]`: in a table and not a constant, so that
 *  other lengths need no other kernel. One length for all does not read the batch, so its block mask has one layer. */
export function lengthAt(scope: Scope, name: string, lengths: Lengths): Value {
  if (typeof lengths === "number") return scope.table(name, tensor(Int32Array.of(lengths))).at(0);
  return scope.table(name, tensor(Int32Array.from(lengths))).at(scope.batch);
}
