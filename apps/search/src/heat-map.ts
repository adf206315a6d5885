import { heatmap } from "@fovea/inspection";
import { tensor } from "@fovea/tensor";
import stringWidth from "string-width";
import { shorten } from "./shorten.ts";

export interface HeatMapOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Colored cells with percentages in them, or shades. */
  readonly color: boolean;
}

/** xterm color numbers from dark blue over green to yellow, those of the inspection package's heatmap; from the sixth on they need dark letters. */
const palette = [17, 18, 24, 30, 36, 42, 78, 114, 150, 186, 227];
const firstPale = 5;
const shades = [" ", "░", "▒", "▓", "█"];

const longestWord = 14;

/** Draws who attended to whom: a row for each word that looks, a column for each word that is looked at. Columns are as wide as their words
 *  where that fits; else two characters, with the words written downwards; and words that still do not fit are left out with a note.
 *  @param weights `[words, words]`, each row adds up to one */
export function drawHeatMap(
  words: readonly string[],
  weights: readonly (readonly number[])[],
  options: HeatMapOptions,
): string {
  const labels = words.map((word) => shorten(word, longestWord));
  const nameWidth = Math.max(...labels.map((label) => stringWidth(label)));
  const columnWidths = labels.map((label) => Math.max(stringWidth(label) + 1, 5));
  const isWide = columnWidths.reduce((total, width) => total + width, nameWidth + 2) <= options.width;
  return isWide ? drawWide(labels, weights, columnWidths, options.color) : drawNarrow(labels, weights, options);
}

function drawWide(
  labels: readonly string[],
  weights: readonly (readonly number[])[],
  columnWidths: readonly number[],
  color: boolean,
): string {
  const left = Math.max(...labels.map((label) => stringWidth(label))) + 2;
  const most = Math.max(...weights.flat());
  const header = labels.map((label, column) => center(label, columnWidths[column])).join("");
  const rows = weights.map((row, index) => {
    const cells = row.map((value, column) => drawCell(value, value / most, columnWidths[column], color));
    return `${padStart(labels[index], left - 2)}  ${cells.join("")}`;
  });
  return [`${" ".repeat(left)}${header}`.trimEnd(), ...rows, "", legend(most, left, color)].join("\n");
}

function drawNarrow(
  labels: readonly string[],
  weights: readonly (readonly number[])[],
  { width, color }: HeatMapOptions,
): string {
  const left = Math.max(...labels.map((label) => stringWidth(label))) + 1;
  const count = Math.min(labels.length, Math.floor((width - left) / 2));
  const shown = weights.slice(0, count).map((row) => row.slice(0, count));
  const names = labels.slice(0, count);
  const most = Math.max(...shown.flat());
  const map = heatmap(tensor(shown), { rowLabels: names, columnLabels: names, color, maximum: most });
  const lines = [map, "", legend(most, left, color)];
  if (count < labels.length) lines.push(`${" ".repeat(left)}the first ${count} of ${labels.length} words`);
  return lines.join("\n");
}

/** @param heat value in relation to the largest of the map, 0 to 1 */
function drawCell(value: number, heat: number, width: number, color: boolean): string {
  if (!color) return shades[Math.round(heat * (shades.length - 1))].repeat(width);
  const level = Math.round(heat * (palette.length - 1));
  const percent = Math.round(100 * value);
  const text = percent > 0 ? String(percent) : "";
  return paint(center(text, width), level);
}

function paint(text: string, level: number): string {
  const letters = level >= firstPale ? 16 : 255;
  return `\u001B[48;5;${palette[level]}m\u001B[38;5;${letters}m${text}\u001B[0m`;
}

function legend(most: number, indent: number, color: boolean): string {
  const scale = color ? palette.map((_, level) => paint("  ", level)) : shades.map((shade) => shade.repeat(2));
  return `${" ".repeat(indent)}0 % ${scale.join("")} ${Math.round(100 * most)} %`;
}

function padStart(text: string, width: number): string {
  return " ".repeat(width - stringWidth(text)) + text;
}

function center(text: string, width: number): string {
  const space = width - stringWidth(text);
  return " ".repeat(Math.ceil(space / 2)) + text + " ".repeat(Math.floor(space / 2));
}
