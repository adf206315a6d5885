import { bar, printable } from "@fovea/command-line";
import { clock } from "@fovea/sound";
import pc from "picocolors";
import type { Hearing } from "./hear-sound.ts";
import { percent, ranking } from "./ranking.ts";

/** Labels that are named. */
const shown = 3;
const longestBar = 24;

/** A hearing for the terminal: of a second at most, the likeliest labels; of a longer sound, its words with when they were said. */
export function showHearing(
  hearing: Hearing,
  { width, isColored }: { readonly width: number; readonly isColored: boolean },
): string {
  const { bold, dim, cyan } = pc.createColors(isColored);
  const { seconds, words } = hearing;
  const name = printable(hearing.name);
  const labels = hearing.labels.map((label) => printable(label.name));
  const longest = Math.max(...labels.map((label) => label.length));
  const times = words.map(({ start, end }) => `[${clock(start)} - ${clock(end)}] `);
  const before = seconds <= 1 ? 0 : Math.max(0, ...times.map((time) => time.length));
  // beside what stands before it, the label, their margins and "100.0 %"
  const barWidth = Math.max(1, Math.min(longestBar, width - before - longest - 12));
  const line = (label: string, probability: number): string =>
    `${printable(label).padEnd(longest)}  ${cyan(bar(probability, barWidth))} ${dim(percent(probability).padStart(7))}`;
  if (seconds <= 1) {
    const best = ranking(hearing).slice(0, shown);
    const title = `${name}: ${bold(printable(best[0].name))} ${percent(best[0].probability)}`;
    return [title, ...best.map((label) => `  ${line(label.name, label.probability)}`), ""].join("\n");
  }
  const count =
    words.length === 0 ? "no word that the model knows" : `${words.length} word${words.length > 1 ? "s" : ""}`;
  const found = words.map(({ word, probability }, index) => `  ${dim(times[index])}${line(word, probability)}`);
  return [`${name}: ${bold(count)} in ${seconds.toFixed(1)} s`, ...found, ""].join("\n");
}
