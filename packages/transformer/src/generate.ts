import { randomGenerator, readValues, slice, wholeNumber } from "@fovea/tensor";
import { checkOptions, type OptionNames } from "./check-options.ts";
import { sampleToken } from "./sample-token.ts";
import { checkSampling, samplingNames, type SamplingOptions } from "./token-probabilities.ts";
import type { TokenSession } from "./token-session.ts";
import { TransformerError } from "./transformer-error.ts";

export interface GenerateOptions extends SamplingOptions {
  /** Tokens to generate at most; default: until a stop token comes, or whoever iterates stops. */
  readonly maximumTokens?: number;
  /** Tokens that end the sequence; they are not yielded. Default none. */
  readonly stopTokens?: readonly number[];
  /** Where sampling's random numbers start: equal seeds give equal texts. Default 0. */
  readonly seed?: number;
}

const optionNames: OptionNames<GenerateOptions> = {
  ...samplingNames,
  maximumTokens: true,
  stopTokens: true,
  seed: true,
};

/** Continues a sequence token by token, each yielded as soon as it is chosen. Temperature is 0 by default: the likeliest token each time.
 *  Breaking off the loop ends it; the session then holds all tokens but the last one yielded.
 *  @param prompt tokens to feed first, at least one
 *  @throws {TransformerError} for an option that there is not or outside its range, before anything is fed */
export async function* generate(
  session: TokenSession,
  prompt: readonly number[],
  options: GenerateOptions = {},
): AsyncGenerator<number, void, void> {
  checkOptions("generate", options, optionNames);
  const { maximumTokens = Infinity, stopTokens = [], seed = 0, ...given } = options;
  const sampling = { ...given, temperature: given.temperature ?? 0 };
  checkSampling(sampling);
  checkPrompt("generate", prompt);
  if (maximumTokens !== Infinity) checkCount("generate", "maximumTokens", maximumTokens);
  const random = randomGenerator(seed);
  let fresh = prompt;
  for (let count = 0; count < maximumTokens; count++) {
    const logits = await session.feed([fresh]);
    const token = sampleToken(readValues(slice(logits, [0])), random.next, sampling);
    if (stopTokens.includes(token)) return;
    yield token;
    fresh = [token];
  }
}

/** @throws {TransformerError} */
export function checkPrompt(who: string, prompt: readonly number[]): void {
  if (prompt.length > 0) return;
  throw new TransformerError(`${who}: the prompt must hold at least one token, e.g. the one that begins every text.`);
}

/** @throws {TransformerError} */
export function checkCount(who: string, name: string, value: number): void {
  wholeNumber(who, name, value, 1, undefined, TransformerError);
}
