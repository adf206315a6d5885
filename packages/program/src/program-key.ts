import { print } from "./print.ts";
import type { Program } from "./program.ts";
import { simplify } from "./simplify.ts";

/** Stable text that is equal for programs that are the same after `simplify`, whatever the order in which they were written.
 *  Table values are no part of it, table names, types and ranks are. */
export function programKey(program: Program): string {
  return print(simplify(program));
}
