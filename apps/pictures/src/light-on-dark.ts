import type { GrayPicture } from "./gray-picture.ts";

/** The models learned from light things on black: turns a picture over whose ground is light. The ground is the median of the border.
 *  @param invert true or false to decide it; default: as the ground asks */
export function lightOnDark(picture: GrayPicture, invert?: boolean): { picture: GrayPicture; isInverted: boolean } {
  const isInverted = invert ?? groundOf(picture) > 0.5;
  if (!isInverted) return { picture, isInverted };
  return { picture: { ...picture, light: picture.light.map((value) => 1 - value) }, isInverted };
}

/** Stretches light so that the ground is 0 and the lightest pixel 1; null when nothing stands out from the ground. */
export function standOut(picture: GrayPicture): GrayPicture | null {
  const ground = groundOf(picture);
  const most = picture.light.reduce((most, value) => Math.max(most, value), 0);
  if (most - ground < leastContrast) return null;
  const light = picture.light.map((value) => Math.max(0, (value - ground) / (most - ground)));
  return { ...picture, light };
}

/** Less than this is noise. */
const leastContrast = 0.05;

function groundOf({ width, height, light }: GrayPicture): number {
  const border = new Float32Array(2 * (width + height));
  for (let x = 0; x < width; x++) border.set([light[x], light[(height - 1) * width + x]], 2 * x);
  for (let y = 0; y < height; y++) border.set([light[y * width], light[y * width + width - 1]], 2 * (width + y));
  border.sort();
  return border[border.length >> 1];
}
