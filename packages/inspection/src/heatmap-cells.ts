import { readValues } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { InspectionError } from "./inspection-error.ts";

export interface HeatmapLabels {
  /** One per row, `[rows]`; default none. Control characters are dropped. */
  readonly rowLabels?: readonly string[];
  /** One per column, `[columns]`; default none. */
  readonly columnLabels?: readonly string[];
  /** The weight that gets the strongest shade; default the largest. */
  readonly maximum?: number;
}

/** A matrix made ready to draw. */
export interface HeatmapCells {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  /** Strength of a cell from 0 to 1; NaN stays. */
  strength(row: number, column: number): number;
}

/** More cells than this are no picture any more. */
const mostCells = 1_000_000;

/** @throws {InspectionError} when the weights are no matrix, or labels do not fit */
export function heatmapCells(who: string, weights: Tensor, options: HeatmapLabels): HeatmapCells {
  if (weights.shape.length !== 2) {
    throw new InspectionError(
      `${who}: expected weights [rows, columns], got [${weights.shape.join(", ")}]. Take one tile, e.g. of weights(query, key).`,
    );
  }
  const [rows, columns] = weights.shape;
  if (rows * columns > mostCells) {
    throw new InspectionError(
      `${who}: expected at most ${mostCells} cells, got ${rows} × ${columns}. Take a smaller tile.`,
    );
  }
  const rowLabels = checkLabels(who, "rowLabels", options.rowLabels, rows);
  const columnLabels = checkLabels(who, "columnLabels", options.columnLabels, columns);
  const values = readValues(weights);
  const { maximum = largest(values) } = options;
  if (Number.isNaN(maximum) || maximum < 0) {
    throw new InspectionError(`${who}: expected maximum to be a number of at least 0, got ${maximum}.`);
  }
  return {
    rows,
    columns,
    values,
    rowLabels,
    columnLabels,
    strength(row, column) {
      const value = values[row * columns + column];
      if (value <= 0 || maximum === 0) return 0;
      return Math.min(1, value / maximum);
    },
  };
}

function checkLabels(who: string, name: string, labels: readonly string[] | undefined, count: number): string[] {
  if (labels === undefined) return [];
  if (labels.length !== count) {
    throw new InspectionError(`${who}: expected ${count} ${name}, got ${labels.length}.`);
  }
  return labels.map((label) => label.replaceAll(/\p{Cc}|\p{Cf}/gu, ""));
}

/** Largest finite value; 0 when there is none above it. */
function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > most && values[i] < Infinity) most = values[i];
  return most;
}
