import type { Look } from "./classifier.ts";
import type { View } from "./view.ts";

/** A picture, and what a model makes of it. */
export interface Sight extends Look {
  readonly view: View;
  readonly classes: readonly string[];
}

/** Classes with their probabilities, likeliest first. */
export function ranking({ classes, probabilities }: Sight): { name: string; probability: number }[] {
  return classes
    .map((name, index) => ({ name, probability: probabilities[index] }))
    .sort((a, b) => b.probability - a.probability);
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
