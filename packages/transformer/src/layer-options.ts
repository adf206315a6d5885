import type { Operand } from "@fovea/block-operations";
import type { Backend } from "@fovea/dot-product-attention";
import type { KeyValueCache, MultiHeadAttentionOptions } from "@fovea/multi-head-attention";
import type { Order } from "./check-order.ts";
import type { Tensor } from "@fovea/tensor";

/** How the heads of a layer attend: their number, and any score, mask and probability program, normalizer, scale, sinks or position transform. */
export type AttentionSettings<T extends Operand = Tensor> = Pick<
  MultiHeadAttentionOptions<T>,
  "heads" | "score" | "mask" | "probability" | "normalizer" | "scale" | "sinks" | "tables" | "positionTransform"
>;

export interface EncoderLayerOptions<T extends Operand = Tensor> {
  readonly attention: AttentionSettings<T>;
  /** `"pre"` (default) normalizes what a part reads: `x + part(normalize(x))`; `"post"` the sum: `normalize(x + part(x))`, as the first
   *  transformers did (Xiong et al. 2020 compare the two). */
  readonly order?: Order | undefined;
  /** Tokens of each sequence, `[batch]`; default all. The rest is padding and never attended. */
  readonly lengths?: ArrayLike<number> | undefined;
  /** Default `referenceBackend`. */
  readonly backend?: Backend<T> | undefined;
}

export interface DecoderLayerOptions<T extends Operand = Tensor> extends EncoderLayerOptions<T> {
  /** Default heads of `attention`, and nothing else. */
  readonly crossAttention?: AttentionSettings<T> | undefined;
  /** Keys and values of the tokens so far; the new ones are appended. Default: the tokens are the whole sequence. */
  readonly cache?: KeyValueCache<T> | undefined;
  /** Positions of the tokens, a plain int32 tensor `[batch, tokens]`; default counted from the number of cached ones. Not with a windowed cache. */
  readonly positions?: Tensor | undefined;
  /** What the encoder gave: its vectors `[batch, keys, keyDim]`, or their keys and values projected once by `crossAttentionCache`. */
  readonly memory?: T | KeyValueCache<T> | undefined;
  /** Vectors of each sequence in `memory`, `[batch]`; default all. */
  readonly memoryLengths?: ArrayLike<number> | undefined;
}
