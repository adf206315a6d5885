import { trace } from "@fovea/program";
import type { Program, Value } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { inClampedWindow } from "./clamped-window.ts";
import { MaskError } from "../mask-error.ts";
import { checkNeighborhood } from "./neighborhood2d.ts";
import type { NeighborhoodOptions } from "./neighborhood2d.ts";
import { checkTiles } from "./tile-order.ts";

/** `neighborhood2d` for positions that run tile by tile (`tileOrder`): neighbors stay close together in the sequence,
 *  so far fewer blocks are partial.
 *
 *  ```
 *   0  1  4  5    canvas 2 × 4 in tiles of 2 × 2:
 *   2  3  6  7    the position of each pixel
 *  ```
 *
 *  @param options `tile`: `[height, width]` of a tile; must divide the canvas
 *  @throws {MaskError} as `neighborhood2d`, and when the tile does not divide the canvas
 *  @see Hassani et al. 2024, "Faster neighborhood attention", section 3.1 */
export function tiledNeighborhood2d(
  options: NeighborhoodOptions & { readonly tile: readonly [height: number, width: number] },
): Program {
  checkOptions(
    "tiledNeighborhood2d",
    options,
    { canvas: true, kernel: true, tile: true },
    {
      required: true,
      example: "tiledNeighborhood2d({ canvas: [8, 8], kernel: [3, 3], tile: [2, 2] })",
      Refuse: MaskError,
    },
  );
  const { canvas, kernel, tile } = options;
  checkNeighborhood("tiledNeighborhood2d", options);
  checkTiles("tiledNeighborhood2d", canvas, tile, ["height", "width"]);
  const perTile = tile[0] * tile[1];
  const tilesAcross = canvas[1] / tile[1];

  const pixel = (position: Value): { row: Value; column: Value } => {
    const tileIndex = position.floorDivide(perTile);
    const inTile = position.remainder(perTile);
    const row = tileIndex.floorDivide(tilesAcross).multiply(tile[0]).add(inTile.floorDivide(tile[1]));
    const column = tileIndex.remainder(tilesAcross).multiply(tile[1]).add(inTile.remainder(tile[1]));
    return { row, column };
  };
  return trace(({ query, key }) => {
    const [from, to] = [pixel(query), pixel(key)];
    const rows = inClampedWindow(from.row, to.row, kernel[0], canvas[0]);
    const columns = inClampedWindow(from.column, to.column, kernel[1], canvas[1]);
    return query
      .less(canvas[0] * canvas[1])
      .and(rows)
      .and(columns);
  });
}
