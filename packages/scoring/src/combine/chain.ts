import { compose, trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkKind } from "../check-program.ts";
import { ScoreError } from "../score-error.ts";

/** Scores one after another: the first changes the attention's score, each next one what came before it; `null`
 *  changes nothing. `chain(alibi({ heads: 8 }), softCap(50))` caps the biased score. */
export function chain(...programs: readonly (Program | null)[]): Program {
  if (programs.length === 0)
    throw new ScoreError("chain: expected at least one program, got none. Pass null for a score that changes nothing.");
  const scores = programs.filter((program) => program !== null);
  scores.forEach((program, i) => checkKind("chain", `program ${i}`, program, "score"));
  const [first, ...rest] = scores.length > 0 ? scores : [trace(({ score }) => score)];
  return rest.reduce((inner, outer) => compose(outer, inner), first);
}
