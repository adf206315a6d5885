import { likeliest, tokenProbabilities, type SamplingOptions } from "./token-probabilities.ts";

/** Chooses the next token.
 *  @param logits `[vocabulary]`
 *  @param next a number in [0, 1), as `randomGenerator(seed).next` gives; not asked at temperature 0
 *  @throws {TransformerError} as `tokenProbabilities` */
export function sampleToken(logits: ArrayLike<number>, next: () => number, options: SamplingOptions = {}): number {
  if (options.temperature === 0) return likeliest(logits);
  const probabilities = tokenProbabilities(logits, options);
  let left = next();
  let chosen = 0;
  for (let token = 0; token < probabilities.length && left >= 0; token++) {
    if (probabilities[token] === 0) continue;
    chosen = token; // also where rounding leaves a remainder after the last
    left -= probabilities[token];
  }
  return chosen;
}
