import { createEvaluator } from "@fovea/program";
import type { Call } from "../backend.ts";
import type { Plan } from "../plan.ts";
import { maximumOf, normalize } from "./normalize.ts";
import type { RowStatistics } from "./normalize.ts";
import { createSeenRow } from "./seen-row.ts";
import type { SeenRow } from "./seen-row.ts";
import { sinkOf } from "./sinks.ts";

/** A seen row with its weights. Like `SeenRow`, the arrays are reused: only the first `weigh(…)` entries count. */
export interface WeighedRow extends SeenRow {
  /** What the normalizer made of the scores. */
  readonly weights: Float64Array;
  /** What multiplies the values: the weights after the probability program; the same array when there is none. */
  readonly probabilities: Float64Array;
  /** Of the row read last, if it sees something. */
  readonly own: RowStatistics;
  /** Reads a row, weighs it, and returns how many pairs it sees.
   *  @param given weighs it by these statistics, of a row that has these keys and perhaps more; default its own */
  weigh(batch: number, head: number, query: number, given?: RowStatistics): number;
}

/** Scores → normalizer → probability program, one row at a time. */
export function createWeighedRow(plan: Plan, call: Call): WeighedRow {
  const [, , queries] = call.query.shape as [number, number, number, number];
  const keyCount = call.key.shape[2];
  const seen = createSeenRow(plan, call);
  const rule = normalize[plan.normalizer];
  const sink = sinkOf(plan, call.sinks);
  const change = plan.probability && createEvaluator(plan.probability, call.tables.probability);
  const weights = new Float64Array(seen.scores.length);
  const probabilities = change ? new Float64Array(seen.scores.length) : weights;

  const row = {
    ...seen,
    weights,
    probabilities,
    own: { maximum: -Infinity, statistic: 0 },
    weigh(batch: number, head: number, query: number, given?: RowStatistics): number {
      const { scores } = seen;
      const count = seen.read(batch, head, query);
      if (count === 0) return 0;
      const maximum = maximumOf(scores, count);
      row.own = { maximum, statistic: rule.statistic(scores, count, maximum) };
      rule.weigh({ scores, count, sink: sink(head), ...(given ?? row.own) }, weights);
      if (change === null) return count;
      const position = call.queryOffsets[batch] + query;
      for (let i = 0; i < count; i++) {
        probabilities[i] = change(weights[i], batch, head, position, seen.keys[i], queries, keyCount);
      }
      return count;
    },
  };
  return row;
}
