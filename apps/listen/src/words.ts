import { beginsWord, textOf } from "./tokenizer.ts";
import type { Transcript } from "./transcribe.ts";

/** A word and the tokens it is made of. */
export interface SpokenWord {
  readonly text: string;
  /** Places in the transcript's ids of the tokens that say something: a comma is written, not heard. */
  readonly heard: readonly number[];
}

/** The words of a transcript: what stands between spaces. What has no sound, a dash, belongs to the word before it, at the beginning to the one after. */
export function wordsOf({ ids }: Pick<Transcript, "ids">): SpokenWord[] {
  const sounds = (place: number): boolean => hasSound(textOf([ids[place]]));
  const groups: number[][] = [];
  for (const [place, id] of ids.entries()) {
    // the space before a number is a token of its own
    if (groups.length === 0 || beginsWord(id)) groups.push([]);
    groups.at(-1)!.push(place);
  }
  const words: number[][] = [];
  for (const group of groups) {
    const before = words.at(-1);
    if (before && (!group.some(sounds) || !before.some(sounds))) before.push(...group);
    else words.push(group);
  }
  return words.map((places) => {
    const heard = places.filter(sounds);
    return { text: textOf(places.map((place) => ids[place])).trim(), heard: heard.length > 0 ? heard : places };
  });
}

const hasSound = (text: string): boolean => /[\p{L}\p{N}\uFFFD$%&@+]/u.test(text);
