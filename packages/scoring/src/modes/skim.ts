import { trace } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import type { Mode } from "./mode.ts";
import { ScoreError } from "../score-error.ts";

export interface SkimOptions {
  /** Every how many keys one is seen, counted from the query; default 4. */
  readonly stride?: number;
  /** Keys next to the query that are all seen, on each side; default `stride - 1`, which closes the gap to the first
   *  of the sparse ones. */
  readonly neighbors?: number;
  /** See only the query and what lies before it; default false. */
  readonly causal?: boolean;
}

/** Skim: read the words around you, and of all the rest every few words one.
 *
 *  mask `|query - key| ≤ neighbors or (query - key) mod stride = 0`, score unchanged.
 *
 *      skim({ stride: 3, neighbors: 1 })   ██·█··█
 *                                          ███·█··
 *                                          ·███·█·
 *                                          █·███·█
 *                                          ·█·███·
 *                                          ··█·███
 *                                          █··█·██
 *
 *  Why: the whole text at 1 / stride of the cost. With `neighbors` of at least `stride - 1`, two layers carry
 *  anything from any key to any query: one step along the stride, one among the neighbors.
 *  @see Child et al. 2019, "Generating Long Sequences with Sparse Transformers", section 4.2 (strided attention) */
export function skim(options: SkimOptions = {}): Mode {
  checkOptions(
    "skim",
    options,
    { stride: true, neighbors: true, causal: true },
    { example: "skim({ stride: 4 })", Refuse: ScoreError },
  );
  const { stride = 4, neighbors = stride - 1, causal = false } = options;
  checkCount("skim", "stride", stride, 1, "1 sees every key.");
  checkCount("skim", "neighbors", neighbors, 0, "It is the number of keys that are all seen on each side.");
  const mask = trace(({ query, key }) => {
    const back = query.subtract(key);
    const seen = back.absolute().lessEqual(neighbors).or(back.remainder(stride).equal(0));
    return causal ? seen.and(back.greaterEqual(0)) : seen;
  });
  return Object.freeze({ score: null, mask });
}
