import { clock } from "@fovea/sound";
import type { Word } from "./word-times.ts";

/** What captions are made to be read by: 42 letters a line and two lines are what television and films use; a pause or the end of a sentence starts
 *  the next one. */
const [lineLetters, mostLetters, mostSeconds, pause, leastSeconds] = [42, 84, 6, 0.7, 1];

interface Caption {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** SubRip captions. */
export function srtOf(words: readonly Word[]): string {
  const captions = captionsOf(words).map(
    (caption, index) => `${index + 1}\n${timesOf(caption, ",")}\n${caption.text}\n`,
  );
  return captions.join("\n");
}

/** WebVTT captions. @see https://www.w3.org/TR/webvtt1/ */
export function vttOf(words: readonly Word[]): string {
  const captions = captionsOf(words).map((caption) => `${timesOf(caption, ".")}\n${escaped(caption.text)}\n`);
  return ["WEBVTT\n", ...captions].join("\n");
}

function timesOf({ start, end }: Caption, mark: string): string {
  return [start, end].map((seconds) => clock(seconds, { hours: true, mark, digits: 3 })).join(" --> ");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function captionsOf(words: readonly Word[]): Caption[] {
  const groups: Word[][] = [];
  for (const word of words) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const fits =
      group &&
      last &&
      !/[.?!]$/.test(last.text) &&
      word.start - last.end < pause &&
      word.end - group[0].start <= mostSeconds &&
      textOf([...group, word]).length <= mostLetters;
    if (fits) group.push(word);
    else groups.push([word]);
  }
  return groups.map((group, index) => {
    const { start } = group[0];
    const next = groups[index + 1]?.[0].start ?? Infinity;
    return { text: twoLines(group), start, end: Math.max(group.at(-1)!.end, Math.min(start + leastSeconds, next)) };
  });
}

const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join(" ");

/** Broken where the longer line is shortest. */
function twoLines(words: readonly Word[]): string {
  if (textOf(words).length <= lineLetters) return textOf(words);
  const halves = words.slice(1).map((_, index) => [textOf(words.slice(0, index + 1)), textOf(words.slice(index + 1))]);
  const best = halves.toSorted((a, b) => longer(a) - longer(b))[0];
  return best ? best.join("\n") : textOf(words);
}

const longer = (lines: readonly string[]): number => Math.max(...lines.map(({ length }) => length));
