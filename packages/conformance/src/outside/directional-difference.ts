import { add, multiply, randomGenerator, scalar, sum, toFloat64 } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";

/** How a loss changes along one random direction, by central differences and by the gradient: one number each, which must agree.
 *  @param x float64 */
export function alongDirection(
  x: Tensor,
  gradient: Tensor,
  loss: (x: Tensor) => number,
  seed: number,
): { readonly difference: number; readonly slope: number } {
  const step = 1e-6;
  const direction = randomGenerator(seed).normal(x.shape, { dtype: "float64" });
  const moved = (by: number): number => loss(add(x, multiply(direction, scalar(by, "float64"))));
  return {
    difference: (moved(step) - moved(-step)) / (2 * step),
    slope: toFloat64(sum(multiply(gradient, direction)))[0],
  };
}
