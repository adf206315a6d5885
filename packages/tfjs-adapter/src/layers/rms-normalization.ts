import { tidy, type serialization, type Tensor } from "@tensorflow/tfjs-core";
import type { CallArguments } from "./call-arguments.ts";
import { lastOf, oneShape, type LayerArguments } from "./layer-arguments.ts";
import { MaskCarryingLayer } from "./mask-carrying-layer.ts";
import { NormBlock } from "./norm-block.ts";
import { epsilon, oneOf, readArguments, type ArgumentKinds } from "./read-arguments.ts";

export interface RMSNormalizationArguments extends LayerArguments {
  /** Added to the mean square; default 1e-6. */
  readonly epsilon?: number;
}

const kinds: ArgumentKinds<RMSNormalizationArguments & { readonly axis?: unknown }> = {
  epsilon,
  axis: oneOf(-1), // as Keras writes the last one
};

/** `x / sqrt(mean(x²) + epsilon) * scale` over the last axis, as Keras 3's layer of that name.
 *  @see Zhang and Sennrich 2019 */
export class RMSNormalization extends MaskCarryingLayer {
  static className = "RMSNormalization";
  readonly #epsilon: number;
  readonly #norm: NormBlock;

  constructor(given: RMSNormalizationArguments = {}) {
    const args = readArguments("RMSNormalization", given, kinds);
    super(args);
    this.#epsilon = args.epsilon ?? 1e-6;
    this.#norm = new NormBlock(this.name, "rms", this.#epsilon);
  }

  override build(inputShape: (number | null)[]): void {
    const dim = lastOf(oneShape(this.name, inputShape, "vectors of any shape", 1));
    this.#norm.build((name, shape, initializer) => this.addWeight(name, shape, "float32", initializer), dim, "");
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[], kwargs: CallArguments = {}): Tensor {
    this.invokeCallHook(inputs, kwargs);
    const given = [inputs].flat();
    oneShape(
      this.name,
      given.map(({ shape }) => shape),
      "vectors of any shape",
      1,
    );
    const [x] = given;
    this.findMasks([x], kwargs.mask);
    return tidy(() => this.#norm.call(x));
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.#epsilon };
  }
}
