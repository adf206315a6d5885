import type { Operand } from "@fovea/block-operations";
import type { MultiHeadAttentionWeights } from "@fovea/multi-head-attention";
import type { FeedForwardWeights } from "./feed-forward.ts";
import type { Tensor } from "@fovea/tensor";
import type { Normalization } from "./normalization.ts";

/** Everything that is learned in an encoder layer, as plain data. */
export interface EncoderLayerWeights<T extends Operand = Tensor> {
  readonly attention: MultiHeadAttentionWeights<T>;
  readonly attentionNormalization: Normalization<T>;
  readonly feedForward: FeedForwardWeights<T>;
  readonly feedForwardNormalization: Normalization<T>;
}

/** A decoder layer: the same, and cross-attention where there is an encoder. */
export interface DecoderLayerWeights<T extends Operand = Tensor> extends EncoderLayerWeights<T> {
  readonly crossAttention?: MultiHeadAttentionWeights<T>;
  readonly crossAttentionNormalization?: Normalization<T>;
}
