import { tidy, type serialization, type Tensor } from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";
import { lastOf, shapesOf, type LayerArguments } from "./layer-arguments.ts";
import { NormBlock } from "./norm-block.ts";

export interface RMSNormalizationArguments extends LayerArguments {
  /** Added to the mean square; default 1e-6. */
  readonly epsilon?: number;
}

/** `x / sqrt(mean(x²) + epsilon) * scale` over the last axis, as Keras 3's layer of that name.
 *  @see Zhang and Sennrich 2019 */
export class RMSNormalization extends layers.Layer {
  static className = "RMSNormalization";
  readonly #epsilon: number;
  readonly #norm: NormBlock;

  constructor(args: RMSNormalizationArguments = {}) {
    super(args);
    this.#epsilon = args.epsilon ?? 1e-6;
    this.#norm = new NormBlock(this.name, "rms", this.#epsilon);
    this.supportsMasking = true;
  }

  override build(inputShape: (number | null)[]): void {
    const dim = lastOf(shapesOf(inputShape)[0]);
    this.#norm.build((name, shape, initializer) => this.addWeight(name, shape, "float32", initializer), dim, "");
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => this.#norm.call(Array.isArray(inputs) ? inputs[0] : inputs));
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.#epsilon };
  }
}
