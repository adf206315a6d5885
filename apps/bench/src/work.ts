/** A piece of attention to time: plain data, because every contender runs in a process of its own. */
export interface AttentionWork {
  readonly heads: number;
  /** Default `heads`. */
  readonly keyHeads?: number;
  /** Default 1. */
  readonly batch?: number;
  /** Default `keys`. */
  readonly queries?: number;
  readonly keys: number;
  readonly headDim: number;
  readonly mask: Mask;
  /** Default none: the scaled dot product itself. */
  readonly score?: "alibi" | "softCap";
  /** With the gradients of query, key and value. */
  readonly gradients?: boolean;
  /** Default 1. */
  readonly threads?: number;
}

/** Who sees whom; a window counts the key itself, document lengths add up to the keys. */
export type Mask = "none" | "causal" | { readonly window: number } | { readonly documents: readonly number[] };

/** Multiplications and additions of the visible pairs alone; backward counts 2.5 times forward (5 products instead of 2). */
export function operationsOf(work: AttentionWork): number {
  const forward = 4 * (work.batch ?? 1) * work.heads * visiblePairs(work) * work.headDim;
  return work.gradients ? 3.5 * forward : forward;
}

const causalPairs = (length: number): number => (length * (length + 1)) / 2;

/** Pairs of one head that are seen. */
export function visiblePairs({ mask, keys, queries = keys }: AttentionWork): number {
  if (mask === "none") return queries * keys;
  if (mask === "causal") return causalPairs(keys);
  if ("window" in mask) return causalPairs(mask.window) + (keys - mask.window) * mask.window;
  return mask.documents.reduce((sum, length) => sum + causalPairs(length), 0);
}

/** Bytes of float32 keys and values, which decoding must read. */
export function keyValueBytes({ batch = 1, heads, keyHeads = heads, keys, headDim }: AttentionWork): number {
  return 2 * 4 * batch * keyHeads * keys * headDim;
}

export function outputBytes({ batch = 1, heads, keys, queries = keys, headDim }: AttentionWork): number {
  return 4 * batch * heads * queries * headDim;
}

export interface Shapes {
  readonly query: readonly [number, number, number, number];
  readonly key: readonly [number, number, number, number];
}

/** `[batch, heads, length, headDim]` */
export function shapesOf(work: AttentionWork): Shapes {
  const { batch = 1, heads, keyHeads = heads, keys, queries = keys, headDim } = work;
  return { query: [batch, heads, queries, headDim], key: [batch, keyHeads, keys, headDim] };
}
