import { customGrad, expandDims, gather, scatterND } from "@tensorflow/tfjs-core";
import type { GradSaveFunc, Tensor, Tensor1D } from "@tensorflow/tfjs-core";

/** `rows[indices]`, differentiable any number of times: its gradient is `scatterRows`, whose gradient is this. TensorFlow.js's own gradient of
 *  `gather` needs a kernel that its wasm backend does not have.
 *  @param rows `[size, …]`
 *  @param indices `[count]`, int32, each within `size`
 *  @returns `[count, …]` */
export function gatherRows(rows: Tensor, indices: Tensor1D): Tensor {
  const size = rows.shape[0];
  const operation = customGrad((...args) => {
    const [from, save] = args as [Tensor, GradSaveFunc];
    save([indices]);
    return {
      value: gather(from, indices),
      gradFunc: (dy: Tensor, saved: Tensor[]) => scatterRows(dy, saved[0] as Tensor1D, size),
    };
  });
  return operation(rows);
}

/** The sum of the updates of each index.
 *  @param updates `[count, …]`
 *  @param indices `[count]`, int32, each within `size`
 *  @returns `[size, …]` */
export function scatterRows(updates: Tensor, indices: Tensor1D, size: number): Tensor {
  const operation = customGrad((...args) => {
    const [from, save] = args as [Tensor, GradSaveFunc];
    save([indices]);
    return {
      value: scatterND(expandDims(indices, 1), from, [size, ...from.shape.slice(1)]),
      gradFunc: (dy: Tensor, saved: Tensor[]) => gatherRows(dy, saved[0] as Tensor1D),
    };
  });
  return operation(updates);
}
