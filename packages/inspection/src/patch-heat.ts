import { readValues } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { InspectionError } from "./inspection-error.ts";

/** Pixels of the picture that the patches make up. */
export interface PatchHeatSize {
  readonly width: number;
  readonly height: number;
}

/** Standard deviation of a bell in patches: wide enough that no edges show. */
const bellWidth = 0.5;
/** What is even but for rounding is no heat. */
const evenness = 1e-6;

/** How much each pixel of a picture was looked at, from the weights of its patches, which blend into each other as bells around their middles.
 *  @param weights of the patches as they lie in the picture, `[rows, columns]`, at least 0
 *  @returns `[height × width]`, row by row: 0 where it was looked at least, 1 where most; all 0 where weights are even
 *  @throws {InspectionError} when the weights are no matrix, or the size is none of a picture */
export function patchHeat(weights: Tensor, { width, height }: PatchHeatSize): Float64Array {
  const [rows, columns] = weights.shape;
  if (weights.shape.length !== 2 || rows * columns === 0) {
    throw new InspectionError(
      `patchHeat: expected weights [rows, columns] of patches, got [${weights.shape.join(", ")}].`,
    );
  }
  for (const [name, length] of Object.entries({ width, height })) {
    if (Number.isInteger(length) && length >= 1) continue;
    throw new InspectionError(`patchHeat: expected ${name} to be a whole number of at least 1, got ${String(length)}.`);
  }
  const values = readValues(weights);
  const [down, across] = [bells(height, rows), bells(width, columns)];
  const heat = new Float64Array(height * width);
  let [least, most] = [Infinity, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          sum += values[row * columns + column] * down[y][row] * across[x][column];
        }
      }
      heat[y * width + x] = sum;
      [least, most] = [Math.min(least, sum), Math.max(most, sum)];
    }
  }
  const span = most - least;
  return heat.map((sum) => (span > evenness * most ? (sum - least) / span : 0));
}

/** How much each patch of a line counts at each of its pixels; they sum to 1. */
function bells(pixels: number, patches: number): number[][] {
  return Array.from({ length: pixels }, (_, pixel) => {
    const place = ((pixel + 0.5) * patches) / pixels - 0.5;
    const near = Array.from({ length: patches }, (_, patch) =>
      Math.exp(-((place - patch) ** 2) / (2 * bellWidth ** 2)),
    );
    const sum = near.reduce((total, weight) => total + weight, 0);
    return near.map((weight) => weight / sum);
  });
}

/** Violet over red to gold; lightness grows with heat, so that it reads without color too. */
const stops = [
  [64, 18, 120],
  [178, 34, 128],
  [239, 84, 60],
  [255, 150, 30],
  [255, 214, 84],
] as const;

/** The color of heat, for pictures of `patchHeat`.
 *  @param warmth from 0 to 1; beyond, the nearer end
 *  @returns red, green and blue from 0 to 255 */
export function heatColor(warmth: number): [red: number, green: number, blue: number] {
  const place = Math.max(0, Math.min(1, warmth)) * (stops.length - 1);
  const first = Math.min(stops.length - 2, Math.floor(place));
  const mix = (channel: 0 | 1 | 2): number =>
    stops[first][channel] + (stops[first + 1][channel] - stops[first][channel]) * (place - first);
  return [mix(0), mix(1), mix(2)];
}
