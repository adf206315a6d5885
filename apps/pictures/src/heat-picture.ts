import { heatColor, patchHeat } from "@fovea/inspection";
import { tensor } from "@fovea/tensor";
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

/** Heat of each pixel of a square picture of square patches. */
function spread(attention: readonly number[], size: number): Float64Array {
  const patches = Math.sqrt(attention.length);
  const weights = tensor(Float64Array.from(attention), { shape: [patches, patches] });
  return patchHeat(weights, { width: size, height: size });
}
