import { trace } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { TensorLike } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import type { Mode } from "./mode.ts";
import { ScoreError } from "../score-error.ts";
import { temperature } from "../scores/temperature.ts";

export interface FocusOptions {
  /** Keys seen before the query; default 8. */
  readonly lookback?: number;
  /** Keys seen after the query; default: as many as before. 0 for causal attention. */
  readonly lookahead?: number;
  /** Below 1 sharpens; default 0.5, which squares each weight before the row is normalized. A number, or `[heads]`. */
  readonly temperature?: number | TensorLike;
}

/** Focus: look hard at what is close, and at nothing else.
 *
 *  mask `-lookahead ≤ query - key ≤ lookback`, score `score / temperature`.
 *
 *      focus({ lookback: 1 })   ██··
 *                               ███·
 *                               ·███
 *                               ··██
 *
 *  Why: syntax and phrases live within a few tokens; a narrow window costs O(queries × window), and the low
 *  temperature lets each query settle on one or two of the few keys it sees. */
export function focus(options: FocusOptions = {}): Mode {
  checkOptions(
    "focus",
    options,
    { lookback: true, lookahead: true, temperature: true },
    { example: "focus({ lookback: 8 })", Refuse: ScoreError },
  );
  const { lookback = 8, lookahead = lookback, temperature: degree = 0.5 } = options;
  checkCount("focus", "lookback", lookback, 0, "It is the number of keys seen before the query.");
  checkCount("focus", "lookahead", lookahead, 0, "It is the number of keys seen after the query; 0 is causal.");
  const mask = trace(({ query, key }) => {
    const back = query.subtract(key);
    return back.lessEqual(lookback).and(back.greaterEqual(-lookahead));
  });
  return Object.freeze({ score: temperature(degree), mask });
}
