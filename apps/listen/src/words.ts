import { beginsWord, textOf } from "./tokenizer.ts";
import type { Transcript } from "./transcribe.ts";

/** A word and the tokens it is made of. */
export interface SpokenWord {
  readonly text: string;
  /** Places in the transcript's ids of the tokens that say something: a comma is written, not heard. */
  readonly heard: readonly number[];
}

/** The words of a transcript; punctuation belongs to the word before it. */
export function wordsOf({ ids }: Pick<Transcript, "ids">): SpokenWord[] {
  const groups: number[][] = [];
  for (const [place, id] of ids.entries()) {
    const begins = groups.length === 0 || (beginsWord(id) && hasSound(textOf([id])));
    if (begins) groups.push([place]);
    else groups.at(-1)!.push(place);
  }
  return groups.map((places) => {
    const heard = places.filter((place) => hasSound(textOf([ids[place]])));
    return { text: textOf(places.map((place) => ids[place])).trim(), heard: heard.length > 0 ? heard : places };
  });
}

const hasSound = (text: string): boolean => /[\p{L}\p{N}\uFFFD$%&@+]/u.test(text);
