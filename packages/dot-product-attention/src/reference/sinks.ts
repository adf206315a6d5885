import { toFloat64 } from "@fovea/tensor";
import type { Call } from "../backend.ts";
import { normalizerTraits } from "../normalizer.ts";
import type { Plan } from "../plan.ts";

/** The extra score of each head that takes weight and gives nothing; -Infinity is no sink. */
export function sinkOf(plan: Plan, sinks: Call["sinks"]): (head: number) => number {
  if (normalizerTraits[plan.normalizer].sink === "zero") return () => 0;
  if (sinks === null) return () => -Infinity;
  const values = toFloat64(sinks);
  return (head) => values[head];
}
