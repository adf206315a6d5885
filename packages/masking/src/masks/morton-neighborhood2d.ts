import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { inClampedWindow } from "./clamped-window.ts";
import { MaskError } from "../mask-error.ts";
import { mortonOrder } from "./morton-order.ts";
import { checkNeighborhood } from "./neighborhood2d.ts";
import type { NeighborhoodOptions } from "./neighborhood2d.ts";

/** `neighborhood2d` for positions that follow the curve of `mortonOrder`.
 *
 *  ```
 *  █████·█·██··█···   canvas 4 × 4, kernel 3 × 3: position 0, the upper left pixel, sees
 *                             the 3 × 3 pixels 0 1 4 / 2 3 6 / 8 9 12
 *  ```
 *
 *  @returns a program with tables `row` and `column` (int, `[positions]`): the pixel at each position
 *  @throws {MaskError} as `neighborhood2d` */
export function mortonNeighborhood2d(options: NeighborhoodOptions): Program {
  checkOptions(
    "mortonNeighborhood2d",
    options,
    { canvas: true, kernel: true },
    { required: true, example: "mortonNeighborhood2d({ canvas: [8, 8], kernel: [3, 3] })", Refuse: MaskError },
  );
  checkNeighborhood("mortonNeighborhood2d", options);
  const [height, width] = options.canvas;
  const order = mortonOrder(options.canvas);
  return trace(({ query, key, table }) => {
    const row = table(
      "row",
      order.map((pixel) => Math.floor(pixel / width)),
    );
    const column = table(
      "column",
      order.map((pixel) => pixel % width),
    );
    const rows = inClampedWindow(row.at(query), row.at(key), options.kernel[0], height);
    const columns = inClampedWindow(column.at(query), column.at(key), options.kernel[1], width);
    const inside = query.less(height * width).and(key.less(height * width));
    return inside.and(rows).and(columns);
  });
}
