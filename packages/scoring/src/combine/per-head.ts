import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { checkKind, programKind } from "../check-program.ts";
import { ScoreError } from "../score-error.ts";

export interface PerHeadOptions {
  /** Number of query heads of the attention this is for: refused unless there is a program for each. */
  readonly heads?: number;
}

/** Gives each query head its own program: `programs[head]`. All are scores, or all are masks. `null` changes nothing
 *  (a score) or hides nothing (a mask), and so does a head past the list; pass `heads` to have the list checked.
 *  Neighbouring heads with the same program share it, and the same tensor is one table for all. */
export function perHead(programs: readonly (Program | null)[], options: PerHeadOptions = {}): Program {
  checkOptions("perHead", options, { heads: true }, { example: "perHead(programs, { heads: 8 })", Refuse: ScoreError });
  const { heads } = options;
  if (programs.length === 0)
    throw new ScoreError("perHead: expected a program per head, got none. Pass null for a head that changes nothing.");
  if (heads !== undefined && heads !== programs.length) {
    throw new ScoreError(
      `perHead: expected ${heads} programs, one per head, got ${programs.length}. Pass null for a head that changes nothing.`,
    );
  }
  const first = programs.find((program) => program !== null);
  const kind = first ? programKind(first) : "score";
  programs.forEach((program, head) => program && checkKind("perHead", `the program of head ${head}`, program, kind));

  return trace((scope) => {
    const unchanged = kind === "score" ? scope.score : scope.constant(true);
    const results = programs.map((program) => (program ? scope.call(program) : unchanged));
    // written from the last head to the first: head < 1 ? first : head < 2 ? second : …
    // neighbors whose programs wrote the same instructions need one comparison
    return results.reduceRight((later, result, head) => {
      const next = results[head + 1] ?? unchanged;
      return result.position === next.position ? later : scope.select(scope.head.less(head + 1), result, later);
    }, unchanged);
  });
}
