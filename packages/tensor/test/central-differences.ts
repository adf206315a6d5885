import { cast, clone, toFloat64 } from "../src/index.ts";
import type { Tensor } from "../src/index.ts";

/** The gradient of `sum(weights * f(input))` by every element of the input, from two evaluations per element in float64. */
export function centralDifferences(f: (input: Tensor) => Tensor, input: Tensor, weights: Tensor, step = 1e-5): Tensor {
  const point = clone(cast(input, "float64"));
  const value = (): number => {
    const output = toFloat64(f(point));
    return toFloat64(weights).reduce((sum, weight, i) => sum + weight * output[i], 0);
  };
  const gradient = clone(point);
  for (let i = 0; i < point.data.length; i++) {
    const at = point.data[i];
    point.data[i] = at + step;
    const above = value();
    point.data[i] = at - step;
    gradient.data[i] = (above - value()) / (2 * step);
    point.data[i] = at;
  }
  return gradient;
}
