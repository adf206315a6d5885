import type { LinearWeight, Operand } from "@fovea/block-operations";
import { operationsOf, type Backend } from "@fovea/dot-product-attention";
import type { MultiHeadAttentionWeights, Projection } from "@fovea/multi-head-attention";
import type { Tensor } from "@fovea/tensor";
import type { FeedForwardWeights } from "./feed-forward.ts";
import type { DecoderLayerWeights } from "./layer-weights.ts";
import type { Normalization } from "./normalization.ts";

/** A projection whose weight may be quantized. */
interface AnyProjection<T extends Operand> {
  readonly weight: LinearWeight<T>;
  readonly bias?: T;
}

/** Brings parameters to where a backend computes, once: matrices in the form its kernels read, vectors in its memory. Everything it made is released
 *  by `dispose`. */
export class WeightStore<T extends Operand = Tensor> {
  readonly #backend: Backend<T>;
  readonly #made: (() => void)[] = [];

  constructor(backend: Backend<T>) {
    this.#backend = backend;
  }

  /** A vector or table, where kernels read it. */
  place(parameter: Tensor): T {
    const placed = this.#backend.place(parameter);
    // what was there already is the caller's
    if ((placed as Operand) !== parameter) this.#made.push(() => placed.dispose?.());
    return placed;
  }

  projectAny({ weight, bias }: AnyProjection<Tensor>): AnyProjection<T> {
    const prepared = operationsOf(this.#backend).prepareWeight(weight);
    this.#made.push(() => prepared.dispose());
    return { weight: prepared.weight, ...(bias && { bias: this.place(bias) }) };
  }

  project(projection: Projection): Projection<T> {
    // a matrix of floats stays one
    return this.projectAny(projection) as Projection<T>;
  }

  normalization({ scale, bias, ...rest }: Normalization): Normalization<T> {
    return { ...rest, ...(scale && { scale: this.place(scale) }), ...(bias && { bias: this.place(bias) }) };
  }

  attention(weights: MultiHeadAttentionWeights): MultiHeadAttentionWeights<T> {
    const { query, key, value, output, queryNormalization, keyNormalization } = weights;
    return {
      query: this.project(query),
      key: this.project(key),
      value: this.project(value),
      ...(output && { output: this.project(output) }),
      ...(queryNormalization && { queryNormalization: this.normalization(queryNormalization) }),
      ...(keyNormalization && { keyNormalization: this.normalization(keyNormalization) }),
    };
  }

  feedForward({ expand, gate, contract, activation }: FeedForwardWeights): FeedForwardWeights<T> {
    return {
      expand: this.project(expand),
      ...(gate && { gate: this.project(gate) }),
      contract: this.project(contract),
      activation,
    };
  }

  layer(layer: DecoderLayerWeights): DecoderLayerWeights<T> {
    const { crossAttention, crossAttentionNormalization } = layer;
    return {
      attention: this.attention(layer.attention),
      attentionNormalization: this.normalization(layer.attentionNormalization),
      ...(crossAttention && { crossAttention: this.attention(crossAttention) }),
      ...(crossAttentionNormalization && {
        crossAttentionNormalization: this.normalization(crossAttentionNormalization),
      }),
      feedForward: this.feedForward(layer.feedForward),
      feedForwardNormalization: this.normalization(layer.feedForwardNormalization),
    };
  }

  dispose(): void {
    for (const release of this.#made.splice(0)) release();
  }
}
