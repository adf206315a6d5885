import { normalizerTraits, type Plan } from "@fovea/dot-product-attention";

/** What queries are multiplied with, and how much a unit of score in a softmax kernel is: score = product × unit. */
export interface ScoreUnits {
  readonly queryScale: number;
  readonly score: number;
}

/** Forward and backward compute scores in the same units, so that they round them alike. Only a power of 2 goes into the queries, so that the products of
 *  queries and keys are rounded as if there were no scale: equal ones stay equal however large it is. */
export function scoreUnits(plan: Plan, scale: number): ScoreUnits {
  const isSoftmax = normalizerTraits[plan.normalizer].remembers === "logSumExp";
  if (plan.score || !isSoftmax || scale === 0) return { queryScale: scale, score: 1 };
  const power = 2 ** Math.floor(Math.log2(Math.abs(scale)));
  return { queryScale: Math.sign(scale) * power, score: Math.abs(scale) / power };
}
