import { clock } from "@fovea/sound";
import type { Word } from "./word-times.ts";

/** What captions are made to be read by: 42 letters a line and two lines are what television and films use; a pause or the end of a sentence starts
 *  the next one. */
const [lineLetters, mostSeconds, pause, leastSeconds] = [42, 6, 0.7, 1];

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
  for (const word of words.flatMap(cutToLines)) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const fits =
      group &&
      last &&
      !/[.?!]$/.test(last.text) &&
      word.start - last.end < pause &&
      word.end - group[0].start <= mostSeconds &&
      linesOf([...group, word]) !== null;
    if (fits) group.push(word);
    else groups.push([word]);
  }
  return groups.map((group, index) => {
    const { start } = group[0];
    const next = groups[index + 1]?.[0].start ?? Infinity;
    return { text: linesOf(group)!, start, end: Math.max(group.at(-1)!.end, Math.min(start + leastSeconds, next)) };
  });
}

const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join(" ");

/** One line, or two broken where the longer one is shortest; null where these are not enough. */
function linesOf(words: readonly Word[]): string | null {
  if (textOf(words).length <= lineLetters) return textOf(words);
  const halves = words.slice(1).map((_, index) => [textOf(words.slice(0, index + 1)), textOf(words.slice(index + 1))]);
  const best = halves.toSorted((a, b) => longer(a) - longer(b))[0];
  return best && longer(best) <= lineLetters ? best.join("\n") : null;
}

const longer = (lines: readonly string[]): number => Math.max(...lines.map(({ length }) => length));

/** A word that no line holds as parts that one does, each with its share of the time. */
function cutToLines({ text, start, end }: Word): Word[] {
  const parts = [""];
  for (const letter of text) {
    if (parts.at(-1)!.length + letter.length > lineLetters) parts.push("");
    parts[parts.length - 1] += letter;
  }
  let passed = 0;
  const at = (letters: number): number => start + ((end - start) * letters) / text.length;
  return parts.map((part) => {
    const from = passed;
    passed += part.length;
    return { text: part, start: at(from), end: at(passed) };
  });
}
