import { bar, jsonText, printable } from "@fovea/command-line";
import pc from "picocolors";
import { grayView, heatShades, heatView } from "./heat-picture.ts";
import { percent, ranking, type Sight } from "./sight.ts";
import { terminalPicture, type TerminalColors } from "./terminal-picture.ts";

export interface ShowOptions {
  readonly colors: TerminalColors;
  /** Of the terminal, in characters. */
  readonly width: number;
  /** Whether to draw where the model looked. */
  readonly picture: boolean;
}

/** Classes that are named. */
const shown = 3;
const longestBar = 24;

/** A sight for the terminal: what it is, the picture as framed for the model, the same under heat, and a bar for each of the likeliest classes. */
export function showSight(sight: Sight, { colors, width, picture }: ShowOptions): string {
  const { bold, dim, cyan } = pc.createColors(colors !== "none");
  const [best, ...others] = ranking(sight).slice(0, shown);
  const title = `${printable(sight.view.name)}: ${bold(best.name)} ${percent(best.probability)}`;
  const longest = Math.max(...sight.classes.map((name) => name.length));
  // beside the name, its margins and "100.0 %"
  const barWidth = Math.max(1, Math.min(longestBar, width - longest - 12));
  const bars = [best, ...others].map(({ name, probability }) => {
    return `  ${name.padEnd(longest)}  ${cyan(bar(probability, barWidth))} ${dim(percent(probability).padStart(7))}`;
  });
  return [title, ...(picture ? ["", ...drawSideBySide(sight, colors, width), ""] : []), ...bars, ""].join("\n");
}

/** The picture beside its heat, as large as the terminal allows in whole multiples of the model's pixels; where it is too narrow, the heat alone. */
function drawSideBySide(sight: Sight, colors: TerminalColors, width: number): string[] {
  const gap = 2;
  const side = sight.view.seen.width;
  const wide = Math.floor((width - 2 * gap) / 2 / side);
  const size = wide > 0 ? Math.min(2, wide) * side : Math.max(1, Math.min(side, width - gap));
  const looked = colors === "none" ? heatShades(sight.attention, size) : heatView(sight.view, sight.attention, size);
  const heat = terminalPicture(looked, colors);
  const gray = wide > 0 ? terminalPicture(grayView(sight.view, size), colors) : null;
  return heat.map((line, row) => (" ".repeat(gap) + (gray ? gray[row] + " ".repeat(gap) : "") + line).trimEnd());
}

export function sightsAsJson(sights: readonly Sight[]): string {
  const list = sights.map((sight) => {
    const side = Math.sqrt(sight.attention.length);
    return {
      file: sight.view.name,
      class: ranking(sight)[0].name,
      probabilities: Object.fromEntries(sight.classes.map((name, index) => [name, sight.probabilities[index]])),
      inverted: sight.view.isInverted,
      attention: Array.from({ length: side }, (_, row) => sight.attention.slice(row * side, (row + 1) * side)),
    };
  });
  return jsonText(list, 2);
}
