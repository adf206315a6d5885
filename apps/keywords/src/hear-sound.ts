import { sampleRate } from "@fovea/sound";
import { UserError } from "@fovea/command-line";
import type { Label } from "./labels.ts";
import { secondsOf, type Second } from "./seconds-of.ts";
import type { Look, Spotter } from "./spotter.ts";

/** A word, and the seconds of the sound in a row that have it. */
interface FoundWord {
  readonly word: string;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  /** The highest of those seconds. */
  readonly probability: number;
}

/** What is heard in a sound. */
export interface Hearing {
  readonly name: string;
  readonly seconds: number;
  readonly labels: readonly Label[];
  readonly words: readonly FoundWord[];
  /** The second in which a word is likeliest. */
  readonly told: Look & { readonly start: number; readonly samples: Float32Array };
}

/** Hears a sound second by second.
 *  @param threshold least probability of a word
 *  @throws {UserError} when nothing is in it */
export async function hearSound(
  name: string,
  sound: AsyncIterable<Float32Array>,
  { spotter, labels, threshold }: { spotter: Spotter; labels: readonly Label[]; threshold: number },
): Promise<Hearing> {
  let length = 0;
  const counted = async function* (): AsyncGenerator<Float32Array, void, void> {
    for await (const samples of sound) {
      length += samples.length;
      yield samples;
    }
  };
  const words: FoundWord[] = [];
  let told: { readonly second: Second; readonly probability: number } | null = null;
  let isGoingOn = false;
  for await (const second of secondsOf(counted())) {
    const { word, probability } = likeliestWord(spotter.hear(second.samples), labels);
    if (told === null || probability > told.probability) told = { second, probability };
    const start = second.first / sampleRate;
    const last = words.at(-1);
    const isFound = probability >= threshold;
    if (isFound && isGoingOn && last?.word === word) {
      words[words.length - 1] = { ...last, end: start + 1, probability: Math.max(last.probability, probability) };
    } else if (isFound) words.push({ word, start, end: start + 1, probability });
    isGoingOn = isFound;
  }
  if (told === null) throw new UserError(`${name} holds no sound: expected at least one sample.`);
  const { first, samples } = told.second;
  return {
    name,
    seconds: length / sampleRate,
    labels,
    words,
    told: { ...spotter.look(samples), start: first / sampleRate, samples },
  };
}

function likeliestWord(
  probabilities: readonly number[],
  labels: readonly Label[],
): { readonly word: string; readonly probability: number } {
  return labels.reduce(
    (best, { name, isWord }, index) =>
      isWord && probabilities[index] > best.probability ? { word: name, probability: probabilities[index] } : best,
    { word: "", probability: -1 },
  );
}
