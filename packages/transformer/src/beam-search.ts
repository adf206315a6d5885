import { logSumExp, readValues, type Tensor } from "@fovea/tensor";
import { checkOptions, type OptionNames } from "./check-options.ts";
import { checkCount, checkPrompt } from "./generate.ts";
import type { TokenSession } from "./token-session.ts";
import { TransformerError } from "./transformer-error.ts";

export interface BeamSearchOptions {
  /** Sequences followed at the same time; default 4. 1 is greedy: the likeliest token each time, up to the first stop token. */
  readonly beams?: number;
  /** Tokens that end a sequence. */
  readonly stopTokens: readonly number[];
  /** Tokens of a sequence at most, the stop token counted. */
  readonly maximumTokens: number;
  /** α of the score `logProbability / length^α`: 0 prefers short sequences, 1 (default) looks at the mean per token. At least 0. */
  readonly lengthPenalty?: number;
}

const optionNames: OptionNames<BeamSearchOptions> = {
  beams: true,
  stopTokens: true,
  maximumTokens: true,
  lengthPenalty: true,
};

export interface Beam {
  /** What was generated, without prompt and stop token. */
  readonly tokens: readonly number[];
  /** Natural log, the stop token's included where there is one. */
  readonly logProbability: number;
  /** `logProbability / length^lengthPenalty`, the stop token counted. */
  readonly score: number;
  /** Whether a stop token ended it; else it reached `maximumTokens`. */
  readonly stopped: boolean;
}

/** A sequence under way. */
interface Path {
  readonly tokens: readonly number[];
  readonly logProbability: number;
}

interface Candidate extends Path {
  /** The path it continues. */
  readonly from: number;
}

/** Follows the likeliest sequences side by side, as one batch, and returns the best, best first. It ends when nothing under way can
 *  overtake what has ended. With as many beams as there are prefixes nothing is missed.
 *  @param session fresh, and able to `reorder`
 *  @throws {TransformerError} for an option that there is not or outside its range, before anything is fed
 *  @see Wu et al. 2016, "Google's Neural Machine Translation System", section 7 */
export async function beamSearch(
  session: TokenSession,
  prompt: readonly number[],
  options: BeamSearchOptions,
): Promise<readonly Beam[]> {
  checkOptions("beamSearch", options, optionNames);
  const { beams = 4, stopTokens, maximumTokens, lengthPenalty = 1 } = options;
  checkPrompt("beamSearch", prompt);
  checkCount("beamSearch", "beams", beams);
  checkCount("beamSearch", "maximumTokens", maximumTokens);
  if (!(lengthPenalty >= 0) || lengthPenalty === Infinity) {
    throw new TransformerError(
      `beamSearch: lengthPenalty must be a finite number of at least 0, got ${lengthPenalty}.`,
    );
  }
  if (!session.reorder) {
    throw new TransformerError("beamSearch: this session cannot reorder its sequences. Use generate.");
  }
  const scoreOf = (logProbability: number, length: number): number => logProbability / length ** lengthPenalty;
  const ended: Beam[] = [];
  const end = ({ tokens, logProbability }: Path, stopped: boolean): void => {
    const score = scoreOf(logProbability, tokens.length);
    ended.push({ tokens: stopped ? tokens.slice(0, -1) : tokens, logProbability, score, stopped });
    ended.sort((a, b) => b.score - a.score);
    ended.splice(beams);
  };
  /** Log probabilities only fall, so a path's best end is the longest with what it has. */
  const isSettled = (paths: readonly Path[]): boolean =>
    ended.length === beams &&
    paths.every(({ logProbability }) => scoreOf(logProbability, maximumTokens) <= ended[beams - 1].score);

  const width = beams === 1 ? 1 : beams + beams * stopTokens.length;
  let paths: readonly Path[] = [{ tokens: [], logProbability: 0 }];
  let logits = await session.feed([prompt]);
  for (let length = 1; ; length++) {
    const candidates = likeliestContinuations(logits, paths, width);
    const next: Candidate[] = [];
    for (const candidate of candidates) {
      if (stopTokens.includes(candidate.tokens[length - 1])) end(candidate, true);
      else if (next.length < beams) next.push(candidate);
    }
    if (length === maximumTokens) for (const path of next) end(path, false);
    if (length === maximumTokens || next.length === 0 || isSettled(next)) return ended;

    session.reorder(next.map(({ from }) => from));
    logits = await session.feed(next.map(({ tokens }) => tokens.slice(-1)));
    paths = next;
  }
}

/** The likeliest of all one-token continuations, likeliest first. Enough are kept that, whatever number of them stops, no path is missing.
 *  @param logits `[paths, vocabulary]` */
function likeliestContinuations(logits: Tensor, paths: readonly Path[], count: number): readonly Candidate[] {
  const [, vocabulary] = logits.shape as [number, number];
  const values = readValues(logits);
  const totals = readValues(logSumExp(logits, -1));
  const found: { readonly from: number; readonly token: number; readonly logProbability: number }[] = [];
  for (const [from, { logProbability }] of paths.entries()) {
    for (let token = 0; token < vocabulary; token++) {
      const gain = values[from * vocabulary + token] - totals[from];
      if (Number.isNaN(gain)) {
        throw new TransformerError(`beamSearch: the logit of token ${token} is NaN. Check the weights and the mask.`);
      }
      if (gain > -Infinity) found.push({ from, token, logProbability: logProbability + gain });
    }
  }
  return found
    .sort((a, b) => b.logProbability - a.logProbability)
    .slice(0, count)
    .map(({ from, token, logProbability }) => ({ from, tokens: [...paths[from].tokens, token], logProbability }));
}
