import { alignRows } from "@fovea/inspection";
import { tensor } from "@fovea/tensor";
import { loudness, pauseLevel } from "@fovea/sound";
import { sampleRate } from "@fovea/sound";
import type { Transcript } from "./transcribe.ts";
import { wordsOf } from "./words.ts";

/** A word and when it was said, in seconds. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Samples from one vector of the encoder to the next: the steps of its three convolutions, 64 × 3 × 2. */
export const samplesPerVector = 384;

/** Quiet for this many vectors, about a fifth of a second, is a pause and not part of a word: a "t" is silent for half of that. */
const pauseVectors = 8;

/** When each word was said. Cross-attention says for each token how much each moment had to do with it; every moment is given to one token, in order,
 *  so that as much of it as possible is met (`alignRows`); of what a word was given, quiet ends are left out, and where it spans a pause, the side
 *  that it looked at less.
 *  @param transcript with its attention
 *  @param offset seconds before the first sample
 *  @returns starts never go back, and no word ends before it starts or after the next one starts */
export function wordTimes(transcript: Transcript, samples: Float32Array, offset = 0): Word[] {
  const words = wordsOf(transcript);
  const rows = words.flatMap(({ heard }) => heard.map((place) => transcript.attention[place]));
  const vectors = rows[0]?.length ?? 0;
  const weights = Float64Array.from(rows.flatMap((row) => Array.from(row)));
  const starts = alignRows(tensor(weights, { shape: [rows.length, vectors] }));
  const levels = loudness(samples, samplesPerVector);
  const quiet = pauseLevel(levels);
  const seconds = (vector: number): number => offset + (vector * samplesPerVector) / sampleRate;
  let token = 0;
  return words.map(({ text, heard: { length } }) => {
    const own = rows.slice(token, token + length);
    const span = [starts[token], starts[token + length] ?? vectors] as const;
    token += length;
    const attention = (vector: number): number => own.reduce((sum, row) => sum + row[vector], 0);
    const [first, end] = soundingPart(span, (vector) => levels[vector] >= quiet, attention);
    return { text, start: seconds(first), end: seconds(end) };
  });
}

/** Of a span, the stretch between two pauses that was looked at most; the whole span where all is quiet. */
function soundingPart(
  [from, to]: readonly [number, number],
  sounds: (vector: number) => boolean,
  attention: (vector: number) => number,
): readonly [number, number] {
  const stretches: { first: number; end: number; sum: number }[] = [];
  for (let vector = from; vector < to; vector++) {
    if (!sounds(vector)) continue;
    let last = stretches.at(-1);
    if (!last || vector - last.end >= pauseVectors) stretches.push((last = { first: vector, end: vector, sum: 0 }));
    last.end = vector + 1;
    last.sum += attention(vector);
  }
  const most = stretches.toSorted((a, b) => b.sum - a.sum)[0];
  return most ? [most.first, most.end] : [from, to];
}
