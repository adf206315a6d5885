import { InspectionError } from "./inspection-error.ts";

export interface ShadedCellsOptions {
  /** What a cell looks like: the SVG path that draws the cell of an index. */
  readonly cell: (index: number) => string;
  /** Attributes of each path, e.g. `class="cell"`. */
  readonly attributes: string;
  /** How many shades there are beside none; default 10. */
  readonly shades?: number;
}

/** Weights in a row as parts of an SVG picture: a cell for each, the more opaque the larger its weight is beside the largest. Cells of one shade are one path, so a picture
 *  of ten thousand cells has ten; cells of no shade are left out.
 *  @param weights of at least 0
 *  @returns `<path>` elements, none where all weights are 0
 *  @throws {InspectionError} when shades is no whole number of at least 1 */
export function shadedCells(weights: ArrayLike<number>, { cell, attributes, shades = 10 }: ShadedCellsOptions): string {
  if (!Number.isInteger(shades) || shades < 1) {
    throw new InspectionError(
      `shadedCells: expected shades to be a whole number of at least 1, got ${String(shades)}.`,
    );
  }
  let most = 0;
  for (let i = 0; i < weights.length; i++) most = Math.max(most, weights[i]);
  const paths = new Map<number, string>();
  for (let i = 0; i < weights.length; i++) {
    const shade = Math.round((weights[i] / most) * shades);
    if (shade > 0) paths.set(shade, (paths.get(shade) ?? "") + cell(i));
  }
  return Array.from(paths, ([shade, path]) => `<path d="${path}" ${attributes} opacity="${shade / shades}"/>`).join("");
}
