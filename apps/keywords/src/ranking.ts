import type { Hearing } from "./hear-sound.ts";

/** The labels of the second that is told of, likeliest first. */
export function ranking({ labels, told }: Hearing): { readonly name: string; readonly probability: number }[] {
  return labels
    .map(({ name }, index) => ({ name, probability: told.probabilities[index] }))
    .toSorted((a, b) => b.probability - a.probability);
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
