import { inline } from "./inline.ts";
import { resultType } from "../ir/inputs.ts";
import { ProgramBuilder } from "../ir/program-builder.ts";
import { ProgramError } from "../ir/program-error.ts";
import type { Program } from "../ir/program.ts";

/** One program after another: `outer` with its score replaced by what `inner` gives. Everything else they read is the same pair's.
 *  A table that both have (same name, type and rank, and the same values or none) is shared; another of the same name gets a number
 *  after its name.
 *  @throws {ProgramError} when `inner` does not give a float */
export function compose(outer: Program, inner: Program): Program {
  if (resultType(inner) !== "float") {
    throw new ProgramError(`compose: the inner program must give a float, got ${resultType(inner)}.`);
  }
  const builder = new ProgramBuilder();
  const score = inline(builder, inner)[inner.result];
  return builder.build(inline(builder, outer, { score })[outer.result]);
}
