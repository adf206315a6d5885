import { checkOptions } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { heatmapCells } from "./heatmap-cells.ts";
import type { HeatmapLabels } from "./heatmap-cells.ts";
import { InspectionError } from "./inspection-error.ts";

export interface HeatmapOptions extends HeatmapLabels {
  /** True: ANSI colors (256). Default false: shades of block characters. */
  readonly color?: boolean;
  /** Longest label that is written out, in characters; longer ones end in "…". Default 16. */
  readonly labelWidth?: number;
}

const shades = ["  ", "░░", "▒▒", "▓▓", "██"];
/** From the 256-color palette: dark blue over green to yellow. */
const palette = [17, 18, 24, 30, 36, 42, 78, 114, 150, 186, 227];
const unknown = "??";

/** Weights as text, two characters a cell, the strongest shade for the largest weight; NaN is written "??".
 *  Row labels stand on the left, column labels above, read from top to bottom. Pure: the text is returned, nothing is printed.
 *  @param weights `[rows, columns]`, e.g. a tile of `weights(query, key)`
 *  @throws {InspectionError} when the weights are no matrix, or labels do not fit */
export function heatmap(weights: Tensor, options: HeatmapOptions = {}): string {
  checkOptions(
    "heatmap",
    options,
    { color: true, labelWidth: true, rowLabels: true, columnLabels: true, maximum: true },
    { Refuse: InspectionError },
  );
  const { color = false, labelWidth = 16 } = options;
  const cells = heatmapCells("heatmap", weights, options);
  const rowLabels = cells.rowLabels.map((label) => shorten(label, labelWidth));
  const columnLabels = cells.columnLabels.map((label) => shorten(label, labelWidth));
  const width = longest(rowLabels);
  const height = longest(columnLabels);
  const left = (label: readonly string[]): string =>
    width === 0 ? "" : " ".repeat(width - label.length) + label.join("") + " ";

  const lines: string[] = [];
  for (let line = 0; line < height; line++) {
    // labels stand on their columns: the short ones start lower
    const letters = columnLabels.map((label) => (label[line - height + label.length] ?? " ") + " ");
    lines.push((left([]) + letters.join("")).trimEnd());
  }
  for (let row = 0; row < cells.rows; row++) {
    let line = left(rowLabels[row] ?? []);
    for (let column = 0; column < cells.columns; column++) {
      line += (color ? colored : shaded)(cells.strength(row, column));
    }
    lines.push(color ? line : line.trimEnd());
  }
  return lines.join("\n");
}

const shaded = (strength: number): string =>
  Number.isNaN(strength) ? unknown : shades[Math.round(strength * (shades.length - 1))];

const colored = (strength: number): string => {
  if (Number.isNaN(strength)) return unknown;
  return `\u001b[48;5;${palette[Math.round(strength * (palette.length - 1))]}m  \u001b[0m`;
};

/** A label as characters, cut to `width` with an ellipsis. */
function shorten(label: string, width: number): string[] {
  const characters = [...label];
  return characters.length <= width ? characters : [...characters.slice(0, Math.max(0, width - 1)), "…"];
}

const longest = (labels: readonly (readonly string[])[]): number =>
  labels.reduce((most, label) => Math.max(most, label.length), 0);
