import type { AttentionOptions } from "@fovea/dot-product-attention";
import type { Operand, RotaryOperands } from "@fovea/block-operations";
import type { Tensor } from "@fovea/tensor";
import type { KeyValueCache } from "./cache/key-value-cache.ts";

/** Changes queries and keys by the position of their token: rotary (`rotaryTransform` of the embedding package) or anything of its kind. */
export interface PositionTransform<T extends Operand = Tensor> {
  /** A transform that is rotary says so by its tables and layout: the backend's kernel then takes the place of `apply` and `gradient`. */
  readonly tables?: RotaryOperands<T>;
  readonly layout?: "interleaved" | "halves";
  /** @param vectors `[batch, heads, tokens, headDim]`
   *  @param positions int32 `[batch, tokens]`
   *  @returns the same shape */
  apply(vectors: T, positions: Tensor): T;
  /** Gradient of `apply` for its vectors. */
  gradient(outputGradient: T, positions: Tensor): T;
}

/** Everything `attention` takes (score, mask, probability, normalizer, …) but past keys, which are the cache's; `backend` also projects, normalizes and
 *  turns by position, where it offers `operations`; and: */
export interface MultiHeadAttentionOptions<T extends Operand = Tensor> extends Omit<AttentionOptions<T>, "past"> {
  /** Query heads. The number of key heads follows from the weights. */
  readonly heads: number;
  /** What is attended to, `[batch, keys, keyDim]`; default the query: self-attention. */
  readonly key?: T | undefined;
  /** `[batch, keys, valueInputDim]`; default the key. */
  readonly value?: T | undefined;
  /** Applied after projection and normalization; default none. */
  readonly positionTransform?: PositionTransform<T> | undefined;
  /** Positions of the query tokens, a plain int32 tensor `[batch, queries]`; default counted from the number of cached keys. */
  readonly positions?: Tensor | undefined;
  /** Positions of the key tokens, a plain int32 tensor `[batch, keys]`; default `positions` in self-attention, else counted from the number of cached keys. */
  readonly keyPositions?: Tensor | undefined;
  /** Earlier keys and values. The new ones are appended, and `queryOffset` defaults to the number of earlier ones. A fixed cache is
   *  all there is: nothing is projected or appended, `key` and `value` are left out, and `queryOffset` defaults to 0. */
  readonly cache?: KeyValueCache<T> | undefined;
}
