import { adaptiveSpan, learnedRelativeBias, learnedTemperature, type LearnedLook } from "@fovea/tfjs-adapter";

/** Ways of looking that are trained with the weights. */
export const learnedWays = ["none", "temperature", "span", "bias"] as const;

export type LearnedWay = (typeof learnedWays)[number];

/** What an attention layer is told to look that way: spread it into its arguments.
 *  @param tokens the longest sequence */
export function lookOf(way: LearnedWay, heads: number, tokens: number): LearnedLook | Record<string, never> {
  const looks = {
    none: () => ({}),
    temperature: () => learnedTemperature({ heads }),
    span: () => adaptiveSpan({ heads, maximum: tokens }),
    bias: () => learnedRelativeBias({ heads, reach: Math.min(8, tokens) }),
  } as const;
  return looks[way]();
}
