import { customGrad, scalar, zerosLike } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** Computes something that counts as a constant: nothing of it is recorded for gradients. Comparisons need this: TensorFlow.js refuses to
 *  differentiate what lies behind one, even where the derivative is known to be 0. */
export function constant(compute: () => Tensor): Tensor {
  const operation = customGrad((...args) => {
    const [nothing] = args as [Tensor];
    return { value: compute(), gradFunc: () => zerosLike(nothing) };
  });
  return operation(scalar(0));
}
