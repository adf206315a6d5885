import type { MultiHeadAttentionWeights } from "@fovea/multi-head-attention";
import type { FeedForwardWeights } from "./feed-forward.ts";
import type { Normalization } from "./normalization.ts";

/** Everything that is learned in an encoder layer, as plain data. */
export interface EncoderLayerWeights {
  readonly attention: MultiHeadAttentionWeights;
  readonly attentionNormalization: Normalization;
  readonly feedForward: FeedForwardWeights;
  readonly feedForwardNormalization: Normalization;
}

/** A decoder layer: the same, and cross-attention where there is an encoder. */
export interface DecoderLayerWeights extends EncoderLayerWeights {
  readonly crossAttention?: MultiHeadAttentionWeights;
  readonly crossAttentionNormalization?: Normalization;
}
