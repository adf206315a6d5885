import type { Backend } from "@fovea/dot-product-attention";
import type { KeyValueCache, MultiHeadAttentionOptions } from "@fovea/multi-head-attention";
import type { Order } from "./check-order.ts";
import type { Tensor } from "@fovea/tensor";

/** How the heads of a layer attend: their number, and any score, mask and probability program, normalizer, scale, sinks or position transform. */
export type AttentionSettings = Pick<
  MultiHeadAttentionOptions,
  "heads" | "score" | "mask" | "probability" | "normalizer" | "scale" | "sinks" | "tables" | "positionTransform"
>;

export interface EncoderLayerOptions {
  readonly attention: AttentionSettings;
  /** `"pre"` (default) normalizes what a part reads: `x + part(normalize(x))`; `"post"` the sum: `normalize(x + part(x))`, as the first
   *  transformers did (Xiong et al. 2020 compare the two). */
  readonly order?: Order | undefined;
  /** Tokens of each sequence, `[batch]`; default all. The rest is padding and never attended. */
  readonly lengths?: ArrayLike<number> | undefined;
  /** Default `referenceBackend`. */
  readonly backend?: Backend | undefined;
}

export interface DecoderLayerOptions extends EncoderLayerOptions {
  /** Default heads of `attention`, and nothing else. */
  readonly crossAttention?: AttentionSettings | undefined;
  /** Keys and values of the tokens so far; the new ones are appended. Default: the tokens are the whole sequence. */
  readonly cache?: KeyValueCache | undefined;
  /** What the encoder gave: its vectors `[batch, keys, keyDim]`, or their keys and values projected once by `crossAttentionCache`. */
  readonly memory?: Tensor | KeyValueCache | undefined;
  /** Vectors of each sequence in `memory`, `[batch]`; default all. */
  readonly memoryLengths?: ArrayLike<number> | undefined;
}
