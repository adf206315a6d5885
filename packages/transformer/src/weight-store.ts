import type { LinearWeight, PreparedWeight } from "@fovea/block-operations";
import { referenceBackend, type Backend } from "@fovea/dot-product-attention";
import type { MultiHeadAttentionWeights } from "@fovea/multi-head-attention";
import type { Tensor } from "@fovea/tensor";
import type { DecoderLayerWeights } from "./layer-weights.ts";
import type { Normalization } from "./normalization.ts";

/** Brings parameters to where a backend computes, once: matrices in the form its kernels read, vectors in its memory. Everything it made is let go of
 *  by `dispose`. */
export class WeightStore {
  readonly #backend: Backend;
  readonly #made: PreparedWeight[] = [];

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** A vector or table, where kernels read it. */
  place(parameter: Tensor): Tensor {
    const { operations = referenceBackend.operations! } = this.#backend;
    const placed = operations.place(parameter);
    if (placed !== parameter && "dispose" in placed && typeof placed.dispose === "function") {
      const dispose = placed.dispose as () => void;
      this.#made.push({ dispose: () => dispose.call(placed) });
    }
    return placed;
  }

  project<P extends { readonly weight: LinearWeight; readonly bias?: Tensor }>(projection: P): P {
    const { weight, bias } = projection;
    const prepared = this.#backend.operations?.prepareWeight(weight);
    if (prepared) this.#made.push(prepared);
    return bias ? { ...projection, bias: this.place(bias) } : projection;
  }

  normalization(normalization: Normalization): Normalization {
    const { scale, bias } = normalization;
    return { ...normalization, ...(scale && { scale: this.place(scale) }), ...(bias && { bias: this.place(bias) }) };
  }

  attention(weights: MultiHeadAttentionWeights): MultiHeadAttentionWeights {
    const { query, key, value, output } = weights;
    return {
      ...weights,
      query: this.project(query),
      key: this.project(key),
      value: this.project(value),
      ...(output && { output: this.project(output) }),
    };
  }

  layer<L extends DecoderLayerWeights>(layer: L): L {
    const { attention, crossAttention, crossAttentionNormalization, feedForward } = layer;
    const { expand, gate, contract } = feedForward;
    return {
      ...layer,
      attention: this.attention(attention),
      attentionNormalization: this.normalization(layer.attentionNormalization),
      ...(crossAttention && { crossAttention: this.attention(crossAttention) }),
      ...(crossAttentionNormalization && {
        crossAttentionNormalization: this.normalization(crossAttentionNormalization),
      }),
      feedForward: {
        ...feedForward,
        expand: this.project(expand),
        ...(gate && { gate: this.project(gate) }),
        contract: this.project(contract),
      },
      feedForwardNormalization: this.normalization(layer.feedForwardNormalization),
    };
  }

  dispose(): void {
    for (const made of this.#made.splice(0)) made.dispose();
  }
}
