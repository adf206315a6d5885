import type { Type } from "@fovea/program";
import type { Takes } from "./vocabulary.ts";

const plural: Readonly<Record<Takes, string>> = {
  float: "numbers",
  number: "numbers",
  same: "two numbers or two bools",
  int: "ints",
  bool: "bools",
};

/** `"and" takes bools, got int. Compare it, as in x > 0.` with what to write where a value has another type than its place.
 *  @param who the operator in quotes, or the function */
export function typeProblem(who: string, takes: Takes, got: Type): string {
  return `${who} takes ${plural[takes]}, got ${got}. ${advise(who, takes, got)}`;
}

function advise(who: string, takes: Takes, got: Type): string {
  if (takes === "bool") return who === `"not"` ? "It binds tightly: write not (a == b)." : "Compare it, as in x > 0.";
  if (takes === "int" && got === "bool" && /^"[&|^]/.test(who))
    return "Comparisons bind tighter: write (a & b) == c, or and, or between conditions.";
  if (takes === "int") return "Write int(…), or div(a, b) for a quotient.";
  return "Write float(…) or int(…), or choose by it: condition ? a : b.";
}
