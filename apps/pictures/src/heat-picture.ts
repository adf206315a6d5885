import { areaAverage } from "./area-average.ts";
import type { View } from "./view.ts";

/** Red, green and blue of each pixel from 0 to 255, row by row, `[size × size × 3]`. */
export interface SquarePicture {
  readonly size: number;
  readonly colors: Uint8Array;
}

/** The part of a picture that the model sees, in gray, with the detail that the picture has.
 *  @param size side of the result, in pixels */
export function grayView({ picture, frame }: View, size: number): SquarePicture {
  const { light } = areaAverage(picture, frame, size);
  const colors = new Uint8Array(size * size * 3);
  light.forEach((value, pixel) => colors.fill(255 * value, 3 * pixel, 3 * pixel + 3));
  return { size, colors };
}

/** The same under heat: where the model looked most it glows, where it looked least it stays gray.
 *  @param attention of each patch, row by row, as `Look` has it */
export function heatView(view: View, attention: readonly number[], size: number): SquarePicture {
  const { light } = areaAverage(view.picture, view.frame, size);
  const heat = spread(attention, size);
  const colors = new Uint8Array(size * size * 3);
  light.forEach((value, pixel) => {
    const warmth = heat[pixel];
    heatColor(warmth).forEach((color, channel) => {
      // light is tinted, and what is dark glows a little, so that looks beside the subject show too
      const tinted = value * (unseen * (1 - warmth) + color * warmth);
      colors[3 * pixel + channel] = Math.min(255, tinted + glow * (1 - value) * color * warmth);
    });
  });
  return { size, colors };
}

/** Brightness of white that was looked at least, and how much of the heat's color black takes on. */
const [unseen, glow] = [215, 0.6];

/** Heat alone, for where there is no color: black where the model looked least, white where it looked most. */
export function heatShades(attention: readonly number[], size: number): SquarePicture {
  const colors = new Uint8Array(size * size * 3);
  spread(attention, size).forEach((warmth, pixel) => colors.fill(255 * warmth, 3 * pixel, 3 * pixel + 3));
  return { size, colors };
}

/** From least (0) to most (1) looked at, for each pixel: patches blend into each other as bells around their middles.
 *  @returns `[size × size]` */
function spread(attention: readonly number[], size: number): number[] {
  const patches = Math.sqrt(attention.length);
  const lines = Array.from({ length: size }, (_, pixel) => bells(((pixel + 0.5) * patches) / size - 0.5, patches));
  const blended = lines.flatMap((down) =>
    lines.map((across) =>
      attention.reduce((sum, share, i) => sum + share * down[Math.floor(i / patches)] * across[i % patches], 0),
    ),
  );
  const [least, most] = blended.reduce(
    ([least, most], heat) => [Math.min(least, heat), Math.max(most, heat)],
    [Infinity, 0],
  );
  // what is even but for rounding is no heat
  return blended.map((heat) => (most - least > 1e-6 * most ? (heat - least) / (most - least) : 0));
}

/** How much each patch of a line counts at a place; they sum to 1. */
function bells(place: number, patches: number): number[] {
  const near = Array.from({ length: patches }, (_, patch) => Math.exp(-((place - patch) ** 2) / (2 * bellWidth ** 2)));
  const sum = near.reduce((total, weight) => total + weight, 0);
  return near.map((weight) => weight / sum);
}

/** Standard deviation of a bell in patches: wide enough that no edges show. */
const bellWidth = 0.5;

/** Violet over red to gold; lightness grows with heat, so that it reads without color too. */
const stops = [
  [64, 18, 120],
  [178, 34, 128],
  [239, 84, 60],
  [255, 150, 30],
  [255, 214, 84],
] as const;

/** @param warmth from 0 to 1 */
export function heatColor(warmth: number): [red: number, green: number, blue: number] {
  const place = warmth * (stops.length - 1);
  const first = Math.min(stops.length - 2, Math.floor(place));
  const mix = (channel: 0 | 1 | 2): number =>
    stops[first][channel] + (stops[first + 1][channel] - stops[first][channel]) * (place - first);
  return [mix(0), mix(1), mix(2)];
}
