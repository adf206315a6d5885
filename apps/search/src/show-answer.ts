import { jsonText, printable } from "@fovea/command-line";
import { strongestLinks } from "@fovea/inspection";
import { tensor } from "@fovea/tensor";
import { createColors } from "picocolors";
import type { Answer } from "./answer.ts";
import { heads as allHeads } from "./encoder.ts";
import { drawHeatMap } from "./heat-map.ts";
import { listResults } from "./result-list.ts";

/** The answer as a person reads it: the passages, then the heat map of the question. */
export function showAnswer(answer: Answer, options: { width: number; color: boolean }): string {
  const { bold, dim } = createColors(options.color);
  const parts = [bold(`“${printable(answer.question)}”`), listResults(answer.results, options)];
  if (answer.attention !== null) {
    const { weights, layer, heads } = answer.attention;
    const words = answer.attention.words.map((word) => printable(word));
    const which =
      heads.length === allHeads
        ? `mean of all ${allHeads} heads`
        : heads.length === 1
          ? `head ${heads[0]}`
          : `mean of heads ${heads.join(", ")}`;
    const links = strongestLinks(words, tensor(weights), 3).map(
      ({ from, to, weight }) => `${from} → ${to} ${Math.round(100 * weight)} %`,
    );
    parts.push(
      `${bold("Which words attended to which")}\n${dim(`each row looks at the columns; layer ${layer}, ${which}; percent`)}`,
      drawHeatMap(words, weights, options),
    );
    if (links.length > 0) parts.push(`${dim("Strongest between two words:")} ${links.join(dim(", "))}`);
  }
  return `${parts.join("\n\n")}\n`;
}

/** The answer for another program: one JSON object on one line. */
export function answerAsJson(answer: Answer): string {
  const { question, results, attention } = answer;
  return `${jsonText({ question, results: results.map(({ item, score }) => ({ score, text: item.text, file: item.file, section: item.section })), attention })}\n`;
}
