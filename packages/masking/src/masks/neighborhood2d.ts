import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { inClampedWindow } from "./clamped-window.ts";
import { MaskError } from "../mask-error.ts";
import { largestInt, sizes } from "../whole-number.ts";

/** A picture of `canvas` pixels (or patches) and the part of it that one of them sees. */
export interface NeighborhoodOptions {
  /** `[height, width]` of the picture. */
  readonly canvas: readonly [height: number, width: number];
  /** `[height, width]` of the neighborhood, at most that of the picture. */
  readonly kernel: readonly [height: number, width: number];
}

/** NATTEN: each pixel sees the `kernel` of pixels around it. At a border the neighborhood is pushed back inside, so all are equally large.
 *  Positions run along the rows of the picture; positions after it are hidden.
 *
 *  ```
 *  ██·██····   canvas 3 × 3, kernel 2 × 2: the upper left pixel sees
 *                      itself, its right, lower and lower right neighbor
 *  ```
 *
 *  @throws {MaskError} when the kernel is larger than the canvas or a size is not a whole number of at least 1
 *  @see Hassani et al. 2023, "Neighborhood attention transformer", section 3.1 */
export function neighborhood2d(options: NeighborhoodOptions): Program {
  checkOptions(
    "neighborhood2d",
    options,
    { canvas: true, kernel: true },
    { required: true, example: "neighborhood2d({ canvas: [8, 8], kernel: [3, 3] })", Refuse: MaskError },
  );
  const { canvas, kernel } = options;
  checkNeighborhood("neighborhood2d", { canvas, kernel });
  const [height, width] = canvas;
  return trace(({ query, key }) => {
    const rows = inClampedWindow(query.floorDivide(width), key.floorDivide(width), kernel[0], height);
    const columns = inClampedWindow(query.remainder(width), key.remainder(width), kernel[1], width);
    return query
      .less(height * width)
      .and(rows)
      .and(columns);
  });
}

/** The one check of a canvas and a kernel. */
export function checkNeighborhood(who: string, { canvas, kernel }: NeighborhoodOptions): void {
  sizes(who, "canvas", canvas, ["height", "width"]);
  sizes(who, "kernel", kernel, ["height", "width"]);
  kernel.forEach((size, axis) => {
    if (size > canvas[axis])
      throw new MaskError(
        `${who}: kernel must be at most the canvas, got ${kernel.join(" × ")} on ${canvas.join(" × ")}.`,
      );
  });
  if (canvas[0] * canvas[1] > largestInt)
    throw new MaskError(`${who}: canvas must have at most ${largestInt} positions, got ${canvas.join(" × ")}.`);
}
