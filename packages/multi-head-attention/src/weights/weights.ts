import type { Operand } from "@fovea/block-operations";
import type { Tensor } from "@fovea/tensor";

/** A linear map `x · weight + bias`. PyTorch keeps the weight the other way round: transpose it (a view), as `fromPyTorch` does. */
export interface Projection<T extends Operand = Tensor> {
  /** `[in, out]` */
  readonly weight: T;
  /** `[out]` */
  readonly bias?: T;
}

/** Normalization of each head's vector by itself, before rotary and scores. */
export interface HeadNormalization<T extends Operand = Tensor> {
  /** `"rms"` divides by the root mean square (Qwen3, Gemma 3), `"layer"` also subtracts the mean (ViT-22B, Dehghani et al. 2023). */
  readonly kind: "rms" | "layer";
  /** `[headDim]`, default 1 */
  readonly scale?: T;
  /** `[headDim]`, default 0, for `"layer"` only */
  readonly bias?: T;
  /** Added to the variance; default 1e-6 for rms, 1e-5 for layer. */
  readonly epsilon?: number;
}

/** Everything that is learned, as plain data. Head h owns columns `h * headDim … (h + 1) * headDim - 1` of query, key and value, and the
 *  same rows of output. How many key heads there are follows from the sizes: key columns / headDim. */
export interface MultiHeadAttentionWeights<T extends Operand = Tensor> {
  /** `[queryDim, heads * headDim]` */
  readonly query: Projection<T>;
  /** `[keyDim, keyHeads * headDim]` */
  readonly key: Projection<T>;
  /** `[valueInputDim, keyHeads * valueDim]` */
  readonly value: Projection<T>;
  /** `[heads * valueDim, outputDim]`; left out, the merged heads are the output. */
  readonly output?: Projection<T>;
  readonly queryNormalization?: HeadNormalization<T>;
  readonly keyNormalization?: HeadNormalization<T>;
}

/** Gradients of a normalization's scale and bias, where it has them. */
export type NormalizationGradients = Pick<HeadNormalization, "scale" | "bias">;

/** Gradients of weights: the same parts. */
export interface WeightGradients extends Pick<MultiHeadAttentionWeights, "query" | "key" | "value" | "output"> {
  readonly queryNormalization?: NormalizationGradients;
  readonly keyNormalization?: NormalizationGradients;
}
