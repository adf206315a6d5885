import { printable } from "@fovea/command-line";
import { createColors } from "picocolors";
import wrapAnsi from "wrap-ansi";
import type { Passage } from "./corpus.ts";
import type { Ranked } from "./rank.ts";
import { shorten } from "./shorten.ts";

const barWidth = 12;

/** The best passages with their scores, wrapped to the terminal. */
export function listResults(results: readonly Ranked<Passage>[], options: { width: number; color: boolean }): string {
  const { bold, cyan, dim, yellow } = createColors(options.color);
  return results
    .map(({ item, score }, index) => {
      const filled = Math.round(barWidth * Math.min(Math.max(score, 0), 1));
      const bar = yellow("█".repeat(filled)) + dim("░".repeat(barWidth - filled));
      const start = 5 + score.toFixed(2).length + barWidth + 2;
      const place = printable(item.section === "" ? item.file : `${item.file} › ${item.section}`);
      const number = String(index + 1).padStart(2);
      const head = `${bold(number)}  ${bold(score.toFixed(2))} ${bar}  ${cyan(shorten(place, options.width - start))}`;
      const text = wrapAnsi(printable(item.text), options.width - 4, { hard: true });
      return `${head}\n${text.replace(/^/gm, "    ")}`;
    })
    .join("\n\n");
}
