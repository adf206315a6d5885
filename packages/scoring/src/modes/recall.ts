import { trace } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import type { Mode } from "./mode.ts";
import { ScoreError } from "../score-error.ts";

export interface RecallOptions {
  /** Keys from the start that are always seen; default 4. */
  readonly first?: number;
  /** How far back the past begins: the nearest key seen besides the query itself lies this many back; default 64. */
  readonly gap?: number;
}

/** Recall: forget what just happened, look back at how it began and at the far past, however far.
 *
 *  mask `key ≤ query and (key < first or query - key ≥ gap or key = query)`, score unchanged: nothing is worth less
 *  for being old.
 *
 *      recall({ first: 1, gap: 3 })   █·····
 *                                     ██····
 *                                     █·█···
 *                                     █··█··
 *                                     ██··█·
 *                                     ███··█
 *
 *  Why: retrieval. Near keys win most rows by being near; with them hidden, a head has to find what matches. It
 *  complements focus and scan, whose windows end where this begins; the query sees itself, so no row is empty.
 *  Always causal. */
export function recall(options: RecallOptions = {}): Mode {
  checkOptions("recall", options, { first: true, gap: true }, { Refuse: ScoreError });
  const { first = 4, gap = 64 } = options;
  checkCount("recall", "first", first, 0, "It is the number of keys from the start that are always seen.");
  checkCount("recall", "gap", gap, 1, "1 sees the whole past.");
  const mask = trace(({ query, key }) => {
    const back = query.subtract(key);
    const remembered = key.less(first).or(back.greaterEqual(gap)).or(back.equal(0));
    return remembered.and(back.greaterEqual(0));
  });
  return Object.freeze({ score: null, mask });
}
