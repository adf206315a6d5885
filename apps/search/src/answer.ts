import type { Arguments } from "./arguments.ts";
import { passageMeaning } from "./corpus.ts";
import type { Passage } from "./corpus.ts";
import type { Encoder } from "./encoder.ts";
import { readQuestion } from "./question.ts";
import { rank } from "./rank.ts";
import type { Ranked } from "./rank.ts";
import type { Tokenize } from "./tokenizer.ts";
import { passageKey } from "./vector-cache.ts";
import type { Vectors } from "./vector-cache.ts";
import { joinWords, weightsOfWords } from "./words.ts";

/** What a search searches: the passages, their vectors, and the means to compare a question with them. */
export interface Library {
  readonly passages: readonly Passage[];
  readonly vectors: Vectors;
  readonly tokenize: Tokenize;
  readonly encoder: Encoder;
}

export interface Answer {
  readonly question: string;
  readonly results: readonly Ranked<Passage>[];
  /** Which words of the question attended to which: `weights[row][column]`, rows add up to one. Null when not asked for. */
  readonly attention: {
    readonly words: readonly string[];
    readonly weights: readonly (readonly number[])[];
    readonly layer: number;
    readonly heads: readonly number[];
  } | null;
}

/** @throws {UserError} when the question is empty or too long */
export function answer(question: string, library: Library, options: Arguments): Answer {
  const { ids, pieces } = readQuestion(question, library.tokenize);
  const [vector] = library.encoder.encode([ids]);
  const results = rank(
    vector,
    library.passages,
    (passage) => library.vectors.get(passageKey(passageMeaning(passage)))!,
    options.top,
  );
  if (!options.attention) return { question, results, attention: null };

  const { layer, heads } = options;
  const words = joinWords(pieces);
  const weights = weightsOfWords(words, library.encoder.attend(ids, layer, heads));
  return { question, results, attention: { words: words.map(({ text }) => text), weights, layer, heads } };
}
