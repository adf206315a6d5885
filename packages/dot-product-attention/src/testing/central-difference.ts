import { tensor, toArray } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";

/** d f / d x by central differences, element by element, for tests only. `x` is float64. */
export function centralDifference(x: Tensor, f: (x: Tensor) => number, step = 1e-5): Tensor {
  const values = toArray(x);
  const gradient = values.map((_, i) => {
    const moved = (by: number): Tensor => {
      const copy = Float64Array.from(values);
      copy[i] += by;
      return tensor(copy, { shape: [...x.shape] });
    };
    return (f(moved(step)) - f(moved(-step))) / (2 * step);
  });
  return tensor(Float64Array.from(gradient), { shape: [...x.shape] });
}
