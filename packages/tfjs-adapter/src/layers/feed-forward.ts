import { add, erf, mul, relu, scalar, sigmoid, tanh, type Tensor } from "@tensorflow/tfjs-core";
import { initializers, type LayerVariable } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import { glorot, type AddWeight } from "./add-weight.ts";
import { dense } from "./dense.ts";

/** What stands between the two projections. */
const activations = {
  relu: (x: Tensor): Tensor => relu(x),
  /** `x Φ(x)`, exactly (Hendrycks & Gimpel 2016). */
  gelu: (x: Tensor): Tensor => mul(mul(x, scalar(0.5)), add(scalar(1), erf(mul(x, scalar(Math.SQRT1_2))))),
  silu: (x: Tensor): Tensor => mul(x, sigmoid(x)),
  tanh: (x: Tensor): Tensor => tanh(x),
} as const;

export type ActivationName = keyof typeof activations;

interface FeedForwardWeights {
  readonly into: LayerVariable;
  readonly intoBias: LayerVariable;
  readonly out: LayerVariable;
  readonly outBias: LayerVariable;
}

/** `activation(x · W1 + b1) · W2 + b2`. Its weights belong to the layer that builds it.
 *  @see Vaswani et al. 2017, eq. 2 */
export class FeedForward {
  readonly #activation: (x: Tensor) => Tensor;
  readonly #hidden: number;
  readonly #seed: number | null;
  #weights: FeedForwardWeights | null = null;

  /** @throws {AdapterError} for an unknown activation */
  constructor(who: string, hidden: number, activation: ActivationName, seed: number | null) {
    if (!Object.hasOwn(activations, activation)) {
      const names = Object.keys(activations).join(", ");
      throw new AdapterError(`${who}: expected an activation among ${names}, got "${String(activation)}".`);
    }
    this.#hidden = hidden;
    this.#activation = activations[activation];
    this.#seed = seed;
  }

  build(addWeight: AddWeight, dim: number): void {
    const hidden = this.#hidden;
    const seed = (step: number): number | null => (this.#seed === null ? null : this.#seed + step);
    this.#weights = {
      into: addWeight("feedforward_intermediate/kernel", [dim, hidden], glorot(dim, hidden, seed(101))),
      intoBias: addWeight("feedforward_intermediate/bias", [hidden], initializers.zeros()),
      out: addWeight("feedforward_output/kernel", [hidden, dim], glorot(hidden, dim, seed(102))),
      outBias: addWeight("feedforward_output/bias", [dim], initializers.zeros()),
    };
  }

  call(x: Tensor): Tensor {
    const { into, intoBias, out, outBias } = this.#weights as FeedForwardWeights;
    return dense(this.#activation(dense(x, into.read(), intoBias.read())), out.read(), outBias.read());
  }
}
