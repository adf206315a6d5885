import { customGrad, expandDims, gather, scatterND } from "@tensorflow/tfjs-core";
import type { GradSaveFunc, Tensor, Tensor1D } from "@tensorflow/tfjs-core";

/** `values[indices]`, differentiable any number of times: its gradient is `scatterSum`, whose gradient is this. TensorFlow.js's own gradient of
 *  `gather` needs a kernel that its wasm backend does not have.
 *  @param values `[size]`
 *  @param indices `[count]`, int32, each within `size` */
export function gatherFlat(values: Tensor1D, indices: Tensor1D): Tensor1D {
  const size = values.size;
  const operation = customGrad((...args) => {
    const [from, save] = args as [Tensor1D, GradSaveFunc];
    save([indices]);
    return {
      value: gather(from, indices),
      gradFunc: (dy: Tensor, saved: Tensor[]) => [scatterSum(dy as Tensor1D, saved[0] as Tensor1D, size)],
    };
  });
  return operation(values) as Tensor1D;
}

/** `[size]`: the sum of the updates of each index.
 *  @param updates `[count]`
 *  @param indices `[count]`, int32, each within `size` */
export function scatterSum(updates: Tensor1D, indices: Tensor1D, size: number): Tensor1D {
  const operation = customGrad((...args) => {
    const [from, save] = args as [Tensor1D, GradSaveFunc];
    save([indices]);
    return {
      value: scatterND(expandDims(indices, 1), from, [size]),
      gradFunc: (dy: Tensor, saved: Tensor[]) => [gatherFlat(dy as Tensor1D, saved[0] as Tensor1D)],
    };
  });
  return operation(updates) as Tensor1D;
}
