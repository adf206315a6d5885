import { verify } from "@fovea/program";
import type { Program } from "@fovea/program";
import { FormulaError } from "./formula-error.ts";
import type { FormulaKind, Hole, TableGiven } from "./names.ts";
import { makeProgram } from "./parse-formula.ts";
import { tokenize, type Source } from "./tokenize.ts";

/** What may be put into a template: a table, a number or boolean, or a program, whose value stands in its place.
 *  Never text: what a formula says is in the template itself. */
export type Interpolation = number | boolean | TableGiven | Program;

/** A score program: `` score`score - ${slopes}[head] * (query - key)` `` */
export function score(pieces: TemplateStringsArray, ...values: readonly Interpolation[]): Program {
  return fill("score", pieces, values);
}

/** A mask program: `` mask`${causal()} and document[query] == document[key]` `` */
export function mask(pieces: TemplateStringsArray, ...values: readonly Interpolation[]): Program {
  return fill("mask", pieces, values);
}

/** A probability program, in which `probability` (or `score`) is what the normalizer gave:
 *  `` probability`random(${seed}) < 0.1 ? 0 : probability / 0.9` `` */
export function probability(pieces: TemplateStringsArray, ...values: readonly Interpolation[]): Program {
  return fill("probability", pieces, values);
}

function fill(kind: FormulaKind, pieces: TemplateStringsArray, values: readonly Interpolation[]): Program {
  if (!Array.isArray(pieces?.raw)) {
    throw new FormulaError(
      `formula: ${kind} stands before a template, as in ${kind}\`…\`. For a text use parseFormula(text, { kind: "${kind}" }).`,
    );
  }
  const source = tokenize(pieces.raw);
  const holes = new Map<string, Hole>();
  for (const [index, value] of values.entries()) {
    const text = `\${${index + 1}}`;
    holes.set(text, readHole(source, text, value));
  }
  return makeProgram(source, { tables: undefined, holes }, kind);
}

function readHole(source: Source, text: string, value: Interpolation): Hole {
  if (typeof value === "number" || typeof value === "boolean") return { kind: "constant", value };
  const { start } = source.tokens.find((token) => token.kind === "hole" && token.text === text)!;
  if (typeof value !== "object" || value === null) {
    throw new FormulaError(
      `formula: a template takes tables, numbers and programs, got ${typeof value}.`,
      source.text,
      start,
    );
  }
  if (!("instructions" in value)) return { kind: "table", given: value };
  try {
    verify(value);
    return { kind: "program", program: value };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormulaError(`formula: this program is not well formed. ${reason}`, source.text, start, { cause });
  }
}
