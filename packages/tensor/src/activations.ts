import { chain } from "./chain.ts";
import { logistic, weigh } from "./logistic.ts";
import { map } from "./map.ts";
import type { Tensor } from "./tensor.ts";

// Every function here keeps the shape; float dtypes stay, ints give float32.
// Every gradient takes the forward's input and the gradient of its output, of one shape, and gives the gradient of the input.

/** `max(x, 0)`. */
export function relu(input: Tensor): Tensor {
  return map(input, (x) => (x < 0 ? 0 : x));
}

/** The gradient of `relu`; at 0 it is 0. */
export function reluGradient(input: Tensor, outputGradient: Tensor): Tensor {
  return chain("reluGradient", input, outputGradient, (x) => (x > 0 ? 1 : 0));
}

/** `1 / (1 + exp(-x))`. */
export function sigmoid(input: Tensor): Tensor {
  return map(input, logistic);
}

/** The gradient of `sigmoid`. */
export function sigmoidGradient(input: Tensor, outputGradient: Tensor): Tensor {
  return chain("sigmoidGradient", input, outputGradient, (x) => logistic(x) * logistic(-x));
}

/** The hyperbolic tangent. */
export function tanh(input: Tensor): Tensor {
  return map(input, Math.tanh);
}

/** The gradient of `tanh`. */
export function tanhGradient(input: Tensor, outputGradient: Tensor): Tensor {
  return chain("tanhGradient", input, outputGradient, (x) => 4 * logistic(2 * x) * logistic(-2 * x));
}

/** `x * sigmoid(x)`, also called swish. @see Elfwing et al. 2017, "Sigmoid-weighted linear units" */
export function silu(input: Tensor): Tensor {
  return map(input, (x) => weigh(x, logistic(x)));
}

/** The gradient of `silu`. */
export function siluGradient(input: Tensor, outputGradient: Tensor): Tensor {
  return chain("siluGradient", input, outputGradient, (x) => logistic(x) + weigh(x, logistic(x) * logistic(-x)));
}
