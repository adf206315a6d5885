import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { slidingTile } from "./sliding-tile.ts";

/** Sizes of a video, its tiles and the window of tiles that a tile sees, in tokens. */
export interface SlidingTile3dOptions {
  /** `[time, height, width]` of the video. */
  readonly canvas: readonly [time: number, height: number, width: number];
  /** `[time, height, width]` of the window: a multiple of the tile. */
  readonly kernel: readonly [time: number, height: number, width: number];
  /** `[time, height, width]` of a tile; divides the canvas. */
  readonly tile: readonly [time: number, height: number, width: number];
  /** Text tokens after the video, which see and are seen by everything; default 0. */
  readonly text?: number;
}

/** Sliding tile attention over a video: all tokens of a tile see the same window of whole tiles around it in time and space, pushed back
 *  inside at the borders. With blocks of one tile no block is partial. Tokens run tile by tile, and so do the tiles: time slowest, width fastest.
 *
 *  ```
 *  ██·   three tiles one after another, kernel of two tiles:
 *  ██·   which tiles each tile sees
 *  ·██
 *  ```
 *
 *  @throws {MaskError} when the tile does not divide canvas and kernel, or the kernel is larger than the canvas
 *  @see Zhang et al. 2025, "Fast video generation with sliding tile attention", section 3 */
export function slidingTile3d(options: SlidingTile3dOptions): Program {
  checkOptions(
    "slidingTile3d",
    options,
    { canvas: true, kernel: true, tile: true, text: true },
    {
      required: true,
      example: "slidingTile3d({ canvas: [4, 8, 8], kernel: [2, 4, 4], tile: [2, 2, 2] })",
      Refuse: MaskError,
    },
  );
  const { canvas, kernel, tile, text = 0 } = options;
  return slidingTile("slidingTile3d", ["time", "height", "width"], canvas, kernel, tile, text);
}
