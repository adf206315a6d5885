import { create, parseDependencies } from "mathjs/number";
import type { MathNode } from "mathjs/number";
import { checkTokens } from "./check-tokens.ts";
import { FormulaError } from "./formula-error.ts";
import type { Source, Token } from "./tokenize.ts";

const { parse } = create({ parseDependencies });

/** Parses a formula with mathjs, which decides precedence and nothing else: every number, name and interpolated value reaches it as `t0`, `t1`, …
 *  after its position among the words. So a node says exactly where it stands, and no text of a stranger ever names a constant, unit,
 *  function or property of mathjs.
 *  @throws {FormulaError} when the words are no formula */
export function parseNode(source: Source): MathNode {
  checkTokens(source);
  try {
    return parse(source.tokens.map(spell).join(" "));
  } catch (cause) {
    // the check above leaves nothing for mathjs to refuse; should another version of it do so, this is still no crash
    throw new FormulaError("formula: the parser cannot read this.", source.text, 0, { cause });
  }
}

/** A word as mathjs reads it. `%` becomes `mod`: mathjs tries each `%` as a percentage first, which takes time exponential in their nesting. */
function spell(token: Token, index: number): string {
  if (token.text === "%") return "mod";
  return token.kind === "number" || token.kind === "name" || token.kind === "hole" ? `t${index}` : token.text;
}

/** The word behind a name made by `parseNode`. */
export function tokenIndex(name: string): number {
  return Number(name.slice(1));
}
