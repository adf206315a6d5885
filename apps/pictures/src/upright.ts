import type { ColorPicture } from "./gray-picture.ts";

/** Where the pixel of row `y` and column `x` of the upright picture lies in one that was stored otherwise, by EXIF's orientation; `right` and `bottom` are the stored
 *  picture's last column and row. From 5 on rows and columns are exchanged.
 *  @see Exif 2.3, tag 274 */
const stored: Readonly<Record<number, (x: number, y: number, right: number, bottom: number) => [number, number]>> = {
  2: (x, y, right) => [right - x, y],
  3: (x, y, right, bottom) => [right - x, bottom - y],
  4: (x, y, _, bottom) => [x, bottom - y],
  5: (x, y) => [y, x],
  6: (x, y, _, bottom) => [y, bottom - x],
  7: (x, y, right, bottom) => [right - y, bottom - x],
  8: (x, y, right) => [right - y, x],
};

/** The picture as the camera saw it.
 *  @param orientation 1 (it is upright already) to 8 */
export function upright(picture: ColorPicture, orientation: number): ColorPicture {
  const at = stored[orientation];
  if (!at) return picture;
  const [width, height] = orientation < 5 ? [picture.width, picture.height] : [picture.height, picture.width];
  const [from, to] = [pixelsOf(picture.data), new Uint32Array(width * height)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = at(x, y, picture.width - 1, picture.height - 1);
      to[y * width + x] = from[row * picture.width + column];
    }
  }
  return { width, height, data: new Uint8Array(to.buffer) };
}

/** Red, green, blue and alpha of a pixel as one number; a copy, which lies at an even address. */
const pixelsOf = (data: Uint8Array): Uint32Array => new Uint32Array(Uint8Array.from(data).buffer);
