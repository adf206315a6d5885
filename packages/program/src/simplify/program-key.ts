import { print } from "../ir/print.ts";
import type { Program } from "../ir/program.ts";
import { simplify } from "./simplify.ts";

/** Stable text that is equal for programs that are the same after `simplify`, whatever the order in which they were written.
 *  Table values are no part of it, table names, types and ranks are. */
export function programKey(program: Program): string {
  const simple = simplify(program);
  let key = keys.get(simple);
  if (key === undefined) keys.set(simple, (key = print(simple)));
  return key;
}

/** Keys of simplified programs. */
const keys = new WeakMap<Program, string>();
