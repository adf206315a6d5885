/** Ways of looking that can be trained with the weights. */
export const learnedWays = ["none", "temperature", "span", "bias"] as const;

export type LearnedWay = (typeof learnedWays)[number];
