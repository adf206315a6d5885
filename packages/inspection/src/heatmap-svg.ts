import { checkOptions } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { heatmapCells } from "./heatmap-cells.ts";
import type { HeatmapLabels } from "./heatmap-cells.ts";
import { InspectionError } from "./inspection-error.ts";
import { svgText } from "./svg-text.ts";

export interface HeatmapSvgOptions extends HeatmapLabels {
  /** Side of a cell in pixels; default 16. */
  readonly cell?: number;
  /** What the picture shows, read out by screen readers; default "Attention weights". */
  readonly title?: string;
}

/** Color of the largest weight; smaller ones are lighter. */
const ink = "#1f4e8c";
/** Width of a label's character in cells, a little generous. */
const characterWidth = 0.5;

/** Weights as an SVG picture: one square a cell, darker for more weight, with its number as a tooltip; NaN is red.
 *  Pure: the text is returned. Labels are escaped, so they may hold anything.
 *  @param weights `[rows, columns]`, e.g. a tile of `weights(query, key)`
 *  @throws {InspectionError} when the weights are no matrix, or labels do not fit */
export function heatmapSvg(weights: Tensor, options: HeatmapSvgOptions = {}): string {
  checkOptions(
    "heatmapSvg",
    options,
    { cell: true, title: true, rowLabels: true, columnLabels: true, maximum: true },
    { Refuse: InspectionError },
  );
  const { cell = 16, title = "Attention weights" } = options;
  const cells = heatmapCells("heatmapSvg", weights, options);
  const { rows, columns, values, rowLabels, columnLabels } = cells;
  const left = marginOf(rowLabels, cell);
  const top = marginOf(columnLabels, cell);
  const [width, height] = [left + columns * cell, top + rows * cell];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="${cell * 0.75}">`,
    `<title>${svgText(title)}</title>`,
  ];
  columnLabels.forEach((label, column) => {
    const [x, y] = [left + (column + 0.75) * cell, top - cell / 4];
    parts.push(`<text transform="translate(${x} ${y}) rotate(-90)">${svgText(label)}</text>`);
  });
  for (let row = 0; row < rows; row++) {
    const y = top + row * cell;
    if (rowLabels.length > 0) {
      parts.push(
        `<text x="${left - cell / 4}" y="${y + cell * 0.75}" text-anchor="end">${svgText(rowLabels[row])}</text>`,
      );
    }
    for (let column = 0; column < columns; column++) {
      const strength = cells.strength(row, column);
      const fill = Number.isNaN(strength) ? `fill="#c00"` : `fill="${ink}" fill-opacity="${round(strength)}"`;
      const place = `x="${left + column * cell}" y="${y}" width="${cell}" height="${cell}"`;
      const tip = [rowLabels[row], columnLabels[column], round(values[row * columns + column])].filter((part) => part);
      parts.push(`<rect ${place} ${fill}><title>${svgText(tip.join(" → "))}</title></rect>`);
    }
  }
  return [...parts, "</svg>"].join("\n");
}

const round = (value: number): string => String(Number(value.toFixed(4)));

function marginOf(labels: readonly string[], cell: number): number {
  if (labels.length === 0) return 0;
  return Math.ceil((Math.max(...labels.map((label) => label.length)) * characterWidth + 0.5) * cell);
}
