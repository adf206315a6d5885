import { trace } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { TensorLike } from "@fovea/tensor";
import { chain } from "../combine/chain.ts";
import type { Mode } from "./mode.ts";
import { ScoreError } from "../score-error.ts";
import { softCap } from "../scores/soft-cap.ts";
import { temperature } from "../scores/temperature.ts";

export interface GlanceOptions {
  /** Above 1 flattens; default 4. A number, or `[heads]`. */
  readonly temperature?: number | TensorLike;
  /** Scores stay within ± this after the temperature; default 1. No key weighs more than `exp(2 × limit)` times
   *  another: 7.4 for 1. */
  readonly limit?: number;
  /** See only the query and what lies before it; default false. */
  readonly causal?: boolean;
}

/** Glance: take in everything at once, nothing closely.
 *
 *  score `limit × tanh(score / (temperature × limit))`, mask none (or causal).
 *
 *      glance()   ████      glance({ causal: true })   █···
 *                 ████                                 ██··
 *                 ████                                 ███·
 *                 ████                                 ████
 *
 *  Why: the gist, a weighted average of all there is that leans towards what matches. The cap is a promise: no
 *  outlier can take over the row, and no key is lost. */
export function glance(options: GlanceOptions = {}): Mode {
  checkOptions("glance", options, { temperature: true, limit: true, causal: true }, { Refuse: ScoreError });
  const { temperature: degree = 4, limit = 1, causal = false } = options;
  const mask = causal ? trace(({ query, key }) => key.lessEqual(query)) : null;
  return Object.freeze({ score: chain(temperature(degree), softCap(limit)), mask });
}
