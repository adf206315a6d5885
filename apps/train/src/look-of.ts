import { adaptiveSpan, learnedRelativeBias, learnedTemperature, type LearnedScore } from "@fovea/scoring";
import type { LearnedWay } from "./learned-ways.ts";

/** What an attention layer is told to look that way: spread it into its arguments.
 *  @param tokens the longest sequence */
export function lookOf(way: LearnedWay, heads: number, tokens: number): LearnedScore | Record<string, never> {
  const looks = {
    none: () => ({}),
    temperature: () => learnedTemperature({ heads }),
    span: () => adaptiveSpan({ heads, maximum: tokens }),
    bias: () => learnedRelativeBias({ heads, reach: Math.min(8, tokens) }),
  } as const;
  return looks[way]();
}
