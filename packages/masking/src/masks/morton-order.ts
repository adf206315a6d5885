import { MaskError } from "../mask-error.ts";
import { largestInt, sizes } from "../whole-number.ts";

/** The order of a picture's tokens along the Z-shaped curve of Morton: neighbors stay close at every scale.
 *
 *  ```
 *   0  1  4  5    canvas 4 × 4: the position of each pixel
 *   2  3  6  7
 *   8  9 12 13
 *  10 11 14 15
 *  ```
 *
 *  Any canvas: the curve of the square around it, leaving out what lies outside.
 *  @param canvas `[height, width]`
 *  @returns for each position of the sequence its row-major index in the picture, `[height × width]`
 *  @throws {MaskError} when a size is not a whole number of at least 1
 *  @see Morton 1966, "A computer oriented geodetic data base" */
export function mortonOrder(canvas: readonly [height: number, width: number]): Int32Array {
  sizes("mortonOrder", "canvas", canvas, ["height", "width"]);
  const [height, width] = canvas;
  if (height * width > largestInt)
    throw new MaskError(`mortonOrder: canvas must have at most ${largestInt} positions, got ${height} × ${width}.`);
  const order = new Int32Array(height * width);
  let position = 0;
  const visit = (top: number, left: number, side: number): void => {
    if (top >= height || left >= width) return;
    if (side === 1) {
      order[position++] = top * width + left;
      return;
    }
    const half = side / 2;
    visit(top, left, half);
    visit(top, left + half, half);
    visit(top + half, left, half);
    visit(top + half, left + half, half);
  };
  visit(0, 0, 2 ** Math.ceil(Math.log2(Math.max(height, width))));
  return order;
}
