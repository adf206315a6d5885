import type { Frame } from "./area-average.ts";
import type { GrayPicture } from "./gray-picture.ts";
import { side, type VisionModel } from "./vision-models.ts";

/** Light from which a pixel belongs to the subject; compression leaves less around it. */
const leastLight = 0.15;

/** Where to cut a picture so that its subject lies as in the training pictures: Fashion-MNIST trims, scales the longer side to 28 pixels and
 *  puts the box in the middle (Xiao et al. 2017, section 2); MNIST scales it to 20 and puts the center of mass there (LeCun et al. 1998).
 *  @param picture light on dark, with its ground at 0 and something on it */
export function frameSubject(picture: GrayPicture, { longerSide, middle }: VisionModel["subject"]): Frame {
  const { width, height, light } = picture;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  let [mass, across, down] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = light[y * width + x];
      if (value < leastLight) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
      mass += value;
      across += value * (x + 0.5);
      down += value * (y + 0.5);
    }
  }
  const length = (Math.max(right - left, bottom - top) * side) / longerSide;
  const [x, y] = middle === "mass" ? [across / mass, down / mass] : [(left + right) / 2, (top + bottom) / 2];
  return { left: x - length / 2, top: y - length / 2, side: length };
}
