import { clock } from "@fovea/listen/src/clock.ts";
import pc from "picocolors";
import type { Hearing } from "./hear-sound.ts";
import { percent, ranking } from "./ranking.ts";

/** Labels that are named. */
const shown = 3;
const longestBar = 24;

/** A hearing for the terminal: of a second at most, the likeliest labels; of a longer sound, its words with when they were said. */
export function showHearing(hearing: Hearing, isColored: boolean): string {
  const { bold, dim, cyan } = pc.createColors(isColored);
  const { name, seconds, labels, words } = hearing;
  const longest = Math.max(...labels.map((label) => label.name.length));
  const line = (label: string, probability: number): string =>
    `${label.padEnd(longest)}  ${cyan(bar(probability))} ${dim(percent(probability).padStart(7))}`;
  if (seconds <= 1) {
    const best = ranking(hearing).slice(0, shown);
    const title = `${name}: ${bold(best[0].name)} ${percent(best[0].probability)}`;
    return [title, ...best.map((label) => `  ${line(label.name, label.probability)}`), ""].join("\n");
  }
  const count =
    words.length === 0 ? "no word that the model knows" : `${words.length} word${words.length > 1 ? "s" : ""}`;
  const found = words.map(({ word, start, end, probability }) => {
    return `  ${dim(`[${clock(start)} - ${clock(end)}]`)} ${line(word, probability)}`;
  });
  return [`${name}: ${bold(count)} in ${seconds.toFixed(1)} s`, ...found, ""].join("\n");
}

/** Eighths of a block for the end of a bar. */
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

function bar(share: number): string {
  const length = Math.round(8 * longestBar * share);
  return ("█".repeat(length >> 3) + eighths[length & 7]).padEnd(longestBar);
}
