import type { AttentionOptions } from "@fovea/dot-product-attention";
import type { Tensor } from "@fovea/tensor";
import type { KeyValueCache } from "./cache/key-value-cache.ts";

/** Changes queries and keys by the position of their token: rotary (`rotaryTransform` of the embedding package) or anything of its kind. */
export interface PositionTransform {
  /** A transform that is rotary says so by its tables and layout: the backend's kernel then takes the place of `apply` and `gradient`. */
  readonly tables?: { readonly cos: Tensor; readonly sin: Tensor };
  readonly layout?: "interleaved" | "halves";
  /** @param vectors `[batch, heads, tokens, headDim]`
   *  @param positions int32 `[batch, tokens]`
   *  @returns the same shape */
  apply(vectors: Tensor, positions: Tensor): Tensor;
  /** Gradient of `apply` for its vectors. */
  gradient(outputGradient: Tensor, positions: Tensor): Tensor;
}

/** Everything `attention` takes (score, mask, probability, normalizer, …) but past keys, which are the cache's; `backend` also projects, normalizes and
 *  turns by position, where it offers `operations`; and: */
export interface MultiHeadAttentionOptions extends Omit<AttentionOptions, "past"> {
  /** Query heads. The number of key heads follows from the weights. */
  readonly heads: number;
  /** What is attended to, `[batch, keys, keyDim]`; default the query: self-attention. */
  readonly key?: Tensor | undefined;
  /** `[batch, keys, valueInputDim]`; default the key. */
  readonly value?: Tensor | undefined;
  /** Applied after projection and normalization; default none. */
  readonly positionTransform?: PositionTransform | undefined;
  /** Positions of the query tokens, int32 `[batch, queries]`; default counted from the number of cached keys. */
  readonly positions?: Tensor | undefined;
  /** Positions of the key tokens, int32 `[batch, keys]`; default `positions` in self-attention, else counted from the number of cached keys. */
  readonly keyPositions?: Tensor | undefined;
  /** Earlier keys and values. The new ones are appended, and `queryOffset` defaults to the number of earlier ones. A fixed cache is
   *  all there is: nothing is projected or appended, `key` and `value` are left out, and `queryOffset` defaults to 0. */
  readonly cache?: KeyValueCache | undefined;
}
