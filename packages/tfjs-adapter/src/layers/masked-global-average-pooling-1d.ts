import { cast, div, maximum, reshape, scalar, sum, tidy, zerosLike, type Tensor } from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import { safeSelect } from "../composite/safe-select.ts";
import type { CallArguments } from "./call-arguments.ts";
import { vectorInputs, vectorShapes, type LayerArguments } from "./layer-arguments.ts";
import { PaddingMasks } from "./padding-masks.ts";
import { readArguments } from "./read-arguments.ts";

type Shape = (number | null)[];

/** The mean of each sequence's vectors, padding left out: Keras's GlobalAveragePooling1D, whose namesake in TensorFlow.js averages the
 *  padding in. Input `[batch, tokens, dim]`, output `[batch, dim]`; zeros for a sequence of nothing but padding. Without a mask every token
 *  counts. On tensors, `apply(x, { mask })` takes a mask `[batch, tokens]`. */
export class MaskedGlobalAveragePooling1D extends layers.Layer {
  static className = "MaskedGlobalAveragePooling1D";
  readonly #masks = new PaddingMasks(this);

  constructor(given: LayerArguments = {}) {
    super(readArguments("MaskedGlobalAveragePooling1D", given, {}));
    this.supportsMasking = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [[batch, , dim]] = vectorShapes(this.name, inputShape, ["x"]);
    return [batch, dim];
  }

  override call(inputs: Tensor | Tensor[], kwargs: CallArguments = {}): Tensor {
    this.invokeCallHook(inputs, kwargs);
    const [x] = vectorInputs(this.name, inputs, ["x"]);
    const [mask] = this.#masks.find([x], kwargs.mask);
    const [batch, tokens, dim] = x.shape;
    if (mask && mask.size !== batch * tokens) {
      throw new AdapterError(
        `${this.name}: expected a mask [batch, tokens], here [${batch}, ${tokens}], got [${mask.shape.join(", ")}].`,
      );
    }
    return tidy(() => {
      if (batch === 0) return reshape(x, [0, dim]); // TensorFlow.js's wasm backend divides by the batch
      if (mask === null) return div(sum(x, 1), scalar(Math.max(tokens, 1)));
      const counts = cast(reshape(mask, [batch, tokens, 1]), "bool");
      const count = maximum(sum(cast(counts, "float32"), 1), scalar(1));
      return div(sum(safeSelect(counts, x, zerosLike(x)), 1), count);
    });
  }

  /** The mean of a sequence has no padding. */
  override computeMask(inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor {
    this.#masks.check(inputs, mask);
    return null as unknown as Tensor;
  }
}
