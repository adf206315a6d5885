import {
  customGrad,
  exp as tfExp,
  mul,
  scalar,
  sigmoid as tfSigmoid,
  sub,
  tanh as tfTanh,
} from "@tensorflow/tfjs-core";
import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";

/** A function whose gradient is computed from its argument. TensorFlow.js's own gradients of exp, sigmoid and tanh are made of saved results,
 *  which it takes for constants when it differentiates again. */
function smooth(compute: (x: Tensor) => Tensor, slope: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return customGrad((...args) => {
    const [given, save] = args as [Tensor, GradSaveFunc];
    save([given]);
    return { value: compute(given), gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, slope(saved[0])) };
  });
}

export const exp: (x: Tensor) => Tensor = smooth(
  (x) => tfExp(x),
  (x) => exp(x),
);

export const sigmoid: (x: Tensor) => Tensor = smooth(
  (x) => tfSigmoid(x),
  (x) => mul(sigmoid(x), sub(scalar(1), sigmoid(x))),
);

export const tanh: (x: Tensor) => Tensor = smooth(
  (x) => tfTanh(x),
  (x) => sub(scalar(1), mul(tanh(x), tanh(x))),
);
