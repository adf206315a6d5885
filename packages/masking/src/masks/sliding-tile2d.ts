import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { slidingTile } from "./sliding-tile.ts";

/** Sizes of a picture, its tiles and the window of tiles that a tile sees, in tokens. */
export interface SlidingTile2dOptions {
  /** `[height, width]` of the picture. */
  readonly canvas: readonly [height: number, width: number];
  /** `[height, width]` of the window: a multiple of the tile. */
  readonly kernel: readonly [height: number, width: number];
  /** `[height, width]` of a tile; divides the canvas. */
  readonly tile: readonly [height: number, width: number];
  /** Text tokens after the picture, which see and are seen by everything; default 0. */
  readonly text?: number;
}

/** Sliding tile attention over a picture: all tokens of a tile see the same window of whole tiles around it, pushed back inside at
 *  the borders. With blocks of one tile no block is partial. Tokens run tile by tile (`tileOrder`).
 *
 *  ```
 *  ██·   three tiles side by side, kernel of two tiles:
 *  ██·   which tiles each tile sees
 *  ·██
 *  ```
 *
 *  @throws {MaskError} when the tile does not divide canvas and kernel, or the kernel is larger than the canvas
 *  @see Zhang et al. 2025, "Fast video generation with sliding tile attention", section 3 */
export function slidingTile2d(options: SlidingTile2dOptions): Program {
  checkOptions(
    "slidingTile2d",
    options,
    { canvas: true, kernel: true, tile: true, text: true },
    { required: true, example: "slidingTile2d({ canvas: [8, 8], kernel: [4, 4], tile: [2, 2] })", Refuse: MaskError },
  );
  const { canvas, kernel, tile, text = 0 } = options;
  return slidingTile("slidingTile2d", ["height", "width"], canvas, kernel, tile, text);
}
