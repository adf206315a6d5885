import { checkOptions, type OptionNames } from "./check-options.ts";
import { TransformerError } from "./transformer-error.ts";

/** How a token is chosen among the likely ones. The cuts work one after another: temperature, topK, topP. */
export interface SamplingOptions {
  /** Logits are divided by it: below 1 sharpens, above 1 flattens. 0 takes the likeliest token. Default 1. */
  readonly temperature?: number;
  /** Only this many of the likeliest tokens; default all. Fan et al. 2018. */
  readonly topK?: number;
  /** Only the likeliest tokens that together reach this probability, at least one; default 1: all. Holtzman et al. 2020 ("nucleus"). */
  readonly topP?: number;
}

export const samplingNames: OptionNames<SamplingOptions> = { temperature: true, topK: true, topP: true };

/** The probability with which each token is chosen; they add up to 1. Among equals the lower token comes first.
 *  @param logits `[vocabulary]`; -Infinity for a token that may not come, Infinity for one that must
 *  @throws {TransformerError} for an option that there is not or outside its range, a logit that is NaN, or no token that may come */
export function tokenProbabilities(logits: ArrayLike<number>, options: SamplingOptions = {}): Float64Array {
  const { temperature = 1, topK = logits.length, topP = 1 } = options;
  checkSampling(options);
  const best = likeliest(logits);
  const probabilities = new Float64Array(logits.length);
  if (temperature === 0) {
    probabilities[best] = 1;
    return probabilities;
  }
  for (let token = 0; token < logits.length; token++) {
    // equals first: Infinity - Infinity is no number
    probabilities[token] = logits[token] === logits[best] ? 1 : Math.exp((logits[token] - logits[best]) / temperature);
  }
  if (topK < logits.length || topP < 1) cut(probabilities, topK, topP);
  let total = 0;
  for (let token = 0; token < probabilities.length; token++) total += probabilities[token];
  for (let token = 0; token < probabilities.length; token++) probabilities[token] /= total;
  return probabilities;
}

/** @throws {TransformerError} for an option outside its range, or that there is not */
export function checkSampling(options: SamplingOptions): void {
  checkOptions("sampling", options, samplingNames);
  const { temperature = 1, topK = 1, topP = 1 } = options;
  if (!(temperature >= 0) || temperature === Infinity) {
    throw new TransformerError(`sampling: temperature must be a finite number of at least 0, got ${temperature}.`);
  }
  if (!Number.isInteger(topK) || topK < 1) {
    throw new TransformerError(`sampling: topK must be a whole number of at least 1, got ${topK}.`);
  }
  if (!(topP > 0 && topP <= 1)) {
    throw new TransformerError(`sampling: topP must be above 0 and at most 1, got ${topP}.`);
  }
}

/** The first of the tokens with the largest logit.
 *  @throws {TransformerError} when a logit is NaN or none is above -Infinity */
export function likeliest(logits: ArrayLike<number>): number {
  let best = 0;
  for (let token = 0; token < logits.length; token++) {
    if (Number.isNaN(logits[token])) {
      throw new TransformerError(`sampling: the logit of token ${token} is NaN. Check the weights and the mask.`);
    }
    if (logits[token] > logits[best]) best = token;
  }
  if (logits.length === 0 || logits[best] === -Infinity) {
    throw new TransformerError("sampling: no token may come: all logits are -Infinity.");
  }
  return best;
}

/** Sets to 0 what is beyond the likeliest `topK`, and of these what is beyond their share `topP`. */
function cut(shares: Float64Array, topK: number, topP: number): void {
  const order = Array.from(shares.keys()).toSorted((a, b) => shares[b] - shares[a] || a - b);
  for (const token of order.slice(topK)) shares[token] = 0;
  const kept = order.slice(0, topK);
  const enough = topP * kept.reduce((sum, token) => sum + shares[token], 0);
  let sum = 0;
  for (const token of kept) {
    if (topP < 1 && sum >= enough) shares[token] = 0;
    else sum += shares[token];
  }
}
