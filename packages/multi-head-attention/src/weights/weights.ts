import type { Tensor } from "@fovea/tensor";

/** A linear map `x · weight + bias`. PyTorch keeps the weight the other way round: transpose it (a view), as `fromPyTorch` does. */
export interface Projection {
  /** `[in, out]` */
  readonly weight: Tensor;
  /** `[out]` */
  readonly bias?: Tensor;
}

/** Normalization of each head's vector by itself, before rotary and scores. */
export interface HeadNormalization {
  /** `"rms"` divides by the root mean square (Qwen3, Gemma 3), `"layer"` also subtracts the mean (ViT-22B, Dehghani et al. 2023). */
  readonly kind: "rms" | "layer";
  /** `[headDim]`, default 1 */
  readonly scale?: Tensor;
  /** `[headDim]`, default 0, for `"layer"` only */
  readonly bias?: Tensor;
  /** Added to the variance; default 1e-6 for rms, 1e-5 for layer. */
  readonly epsilon?: number;
}

/** Everything that is learned, as plain data. Head h owns columns `h * headDim … (h + 1) * headDim - 1` of query, key and value, and the
 *  same rows of output. How many key heads there are follows from the sizes: key columns / headDim. */
export interface MultiHeadAttentionWeights {
  /** `[queryDim, heads * headDim]` */
  readonly query: Projection;
  /** `[keyDim, keyHeads * headDim]` */
  readonly key: Projection;
  /** `[valueInputDim, keyHeads * valueDim]` */
  readonly value: Projection;
  /** `[heads * valueDim, outputDim]`; left out, the merged heads are the output. */
  readonly output?: Projection;
  readonly queryNormalization?: HeadNormalization;
  readonly keyNormalization?: HeadNormalization;
}

/** Gradients of a normalization's scale and bias, where it has them. */
export type NormalizationGradients = Pick<HeadNormalization, "scale" | "bias">;

/** Gradients of weights: the same parts. */
export interface WeightGradients extends Pick<MultiHeadAttentionWeights, "query" | "key" | "value" | "output"> {
  readonly queryNormalization?: NormalizationGradients;
  readonly keyNormalization?: NormalizationGradients;
}
