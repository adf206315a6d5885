import { trace } from "@fovea/program";
import type { Program, Value } from "@fovea/program";
import { sizeOf } from "@fovea/tensor";
import { inClampedWindow } from "./clamped-window.ts";
import { MaskError } from "../mask-error.ts";
import { checkTiles } from "./tile-order.ts";
import { largestInt, sizes, wholeNumber } from "../whole-number.ts";

/** The mask behind `slidingTile2d` and `slidingTile3d`, for any number of axes: a neighborhood of whole tiles.
 *  Tokens run tile by tile; `text` tokens follow the picture and see, and are seen by, everything. */
export function slidingTile(
  who: string,
  axes: readonly string[],
  canvas: readonly number[],
  kernel: readonly number[],
  tile: readonly number[],
  text: number,
): Program {
  checkTiles(who, canvas, tile, axes);
  sizes(who, "kernel", kernel, axes);
  axes.forEach((axis, i) => {
    if (kernel[i] > canvas[i] || kernel[i] % tile[i] !== 0)
      throw new MaskError(
        `${who}: kernel ${axis} must be a multiple of the tile's and at most the canvas's, got ${kernel[i]}, ${tile[i]} and ${canvas[i]}.`,
      );
  });
  const positions = sizeOf(canvas);
  wholeNumber(who, "text", text, 0, Math.max(largestInt - positions, 0));
  const perTile = sizeOf(tile);
  const tiles = canvas.map((size, i) => size / tile[i]);

  return trace(({ query, key }) => {
    let near: Value | null = null;
    // the last axis runs fastest: peel the axes off the tile's index from the back
    let [queryTile, keyTile] = [query.floorDivide(perTile), key.floorDivide(perTile)];
    for (let i = tiles.length - 1; i >= 0; i--) {
      const [from, to] = i === 0 ? [queryTile, keyTile] : [queryTile.remainder(tiles[i]), keyTile.remainder(tiles[i])];
      const along = inClampedWindow(from, to, kernel[i] / tile[i], tiles[i]);
      near = near === null ? along : near.and(along);
      [queryTile, keyTile] = [queryTile.floorDivide(tiles[i]), keyTile.floorDivide(tiles[i])];
    }
    const isText = query.greaterEqual(positions).or(key.greaterEqual(positions));
    const inside = query.less(positions + text).and(key.less(positions + text));
    return near === null ? inside : inside.and(isText.or(near));
  });
}
