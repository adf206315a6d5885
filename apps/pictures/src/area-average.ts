import type { GrayPicture } from "./gray-picture.ts";

/** A square part of a picture, in its pixels; it may reach over the edges, where all is black. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** What a frame shows, in another size: each new pixel is the mean of the area it covers.
 *  @param size side of the result, in pixels */
export function areaAverage(picture: GrayPicture, { left, top, side }: Frame, size: number): GrayPicture {
  const { width, height, light } = picture;
  const step = side / size;
  const columns = Array.from({ length: size }, (_, x) => shares(left + x * step, step, width));
  const rows = Array.from({ length: size }, (_, y) => shares(top + y * step, step, height));
  const result = new Float32Array(size * size);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      let sum = 0;
      row.shares.forEach((down, i) => {
        const start = (row.from + i) * width + column.from;
        column.shares.forEach((across, j) => (sum += down * across * light[start + j]));
      });
      result[y * size + x] = sum;
    });
  });
  return { width: size, height: size, light: result };
}

/** How much of `start … start + length` lies in each pixel of a line. */
function shares(start: number, length: number, pixels: number): { from: number; shares: number[] } {
  const from = Math.max(0, Math.floor(start));
  const to = Math.min(pixels, Math.ceil(start + length));
  const covered = (pixel: number): number => Math.min(pixel + 1, start + length) - Math.max(pixel, start);
  return { from, shares: Array.from({ length: Math.max(0, to - from) }, (_, i) => covered(from + i) / length) };
}
