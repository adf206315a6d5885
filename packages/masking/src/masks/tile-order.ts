import { MaskError } from "../mask-error.ts";
import { sizes } from "../whole-number.ts";

/** The order in which tiled masks expect a picture's tokens: tile by tile, row by row inside each tile.
 *  @param canvas `[height, width]`
 *  @param tile `[height, width]`, dividing the canvas
 *  @returns for each position of the sequence its row-major index in the picture, `[height × width]`
 *  @throws {MaskError} when the tile does not divide the canvas */
export function tileOrder(canvas: readonly [number, number], tile: readonly [number, number]): Int32Array {
  checkTiles("tileOrder", canvas, tile, ["height", "width"]);
  const [height, width] = canvas;
  const order = new Int32Array(height * width);
  let position = 0;
  for (let top = 0; top < height; top += tile[0])
    for (let left = 0; left < width; left += tile[1])
      for (let row = top; row < top + tile[0]; row++)
        for (let column = left; column < left + tile[1]; column++) order[position++] = row * width + column;
  return order;
}

/** Refuses tiles that do not divide the canvas. */
export function checkTiles(
  who: string,
  canvas: readonly number[],
  tile: readonly number[],
  axes: readonly string[],
): void {
  sizes(who, "canvas", canvas, axes);
  sizes(who, "tile", tile, axes);
  axes.forEach((axis, i) => {
    if (canvas[i] % tile[i] !== 0)
      throw new MaskError(
        `${who}: tile ${axis} must divide the canvas, got ${tile[i]} and ${canvas[i]}. Pad the canvas, or choose another tile.`,
      );
  });
}
