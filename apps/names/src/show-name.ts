import { jsonText, printable } from "@fovea/command-line";
import { heatmap } from "@fovea/inspection";
import { toNested, transpose } from "@fovea/tensor";
import pc from "picocolors";
import type { Transliteration } from "./transliterator.ts";

/** Keeps a terminal from turning a line around that begins with an Arabic letter. */
const leftToRight = "\u200E";

/** A name in both scripts and, below, a column for each Latin letter: where in the Arabic name it was found.
 *  @param map whether to draw */
export function showName({ source, target, alignment }: Transliteration, map: boolean, color: boolean): string {
  const { bold } = pc.createColors(color);
  const line = `${leftToRight}${printable(source.join(""))}${leftToRight} → ${bold(printable(target.join("")))}`;
  if (!map || target.length === 0) return line;
  const drawn = heatmap(transpose(alignment), {
    rowLabels: source.map((letter) => printable(letter)),
    columnLabels: target.map((letter) => printable(letter)),
    color,
  });
  return [line, "", ...drawn.split("\n").map((row) => `${leftToRight}  ${row}`), ""].join("\n");
}

export function namesAsJson(names: readonly Transliteration[]): string {
  const list = names.map(({ source, target, alignment }) => ({
    arabic: source.join(""),
    latin: target.join(""),
    source,
    target,
    attention: toNested(alignment),
  }));
  return jsonText(list, 2);
}
