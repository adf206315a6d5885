import type { Operand } from "@fovea/block-operations";
import { operationsOf } from "@fovea/dot-product-attention";
import { checkOptions, checkShape, type Tensor } from "@fovea/tensor";
import { MultiHeadAttentionError } from "./multi-head-attention-error.ts";
import { headSizes } from "./head-sizes.ts";
import { type CacheOptions, KeyValueCache } from "./cache/key-value-cache.ts";
import type { MultiHeadAttentionOptions } from "./options.ts";
import { projectHeads } from "./project-heads.ts";
import { tokenPositions } from "./token-positions.ts";
import type { MultiHeadAttentionWeights } from "./weights/weights.ts";

export interface CrossAttentionCacheOptions<T extends Operand = Tensor> extends Pick<
  MultiHeadAttentionOptions<T>,
  "heads" | "value" | "positionTransform" | "keyPositions" | "backend"
> {
  /** How keys and values are stored: on the backend, where every step reads them in place. */
  readonly storage?: Pick<CacheOptions, "dtype"> | undefined;
}

/** Projects what an encoder gave into keys and values, once for all steps of a decoder: pass the result as `cache`.
 *  @param key `[batch, keys, keyDim]`
 *  @returns a fixed cache; whoever made it disposes of it
 *  @throws {ShapeError | MultiHeadAttentionError} */
export function crossAttentionCache<T extends Operand = Tensor>(
  weights: MultiHeadAttentionWeights<T>,
  key: T,
  options: CrossAttentionCacheOptions<T>,
): KeyValueCache<T> {
  const who = "crossAttentionCache";
  checkOptions(
    who,
    options,
    { heads: true, value: true, positionTransform: true, keyPositions: true, backend: true, storage: true },
    { required: true, example: "crossAttentionCache(weights, key, { heads: 4 })", Refuse: MultiHeadAttentionError },
  );
  const { heads, value = key, positionTransform, keyPositions, backend, storage } = options;
  const operations = operationsOf(backend);
  const { keyHeads } = headSizes(who, weights, heads);
  const { batch, keys } = checkShape(who, "key", key, ["batch", "keys", weights.key.weight.shape[0]]);
  checkShape(who, "value", value, [batch, keys, weights.value.weight.shape[0]]);
  if (keyPositions) checkShape(who, "keyPositions", keyPositions, [batch, keys]);
  const projectedKey = projectHeads(key, {
    projection: weights.key,
    heads: keyHeads,
    normalization: weights.keyNormalization,
    transform: positionTransform,
    positions: positionTransform && (keyPositions ?? tokenPositions(batch, keys, 0)),
    operations,
  });
  const projectedValue = projectHeads(value, { projection: weights.value, heads: keyHeads, operations });
  return KeyValueCache.fixed(projectedKey.ready, projectedValue.ready, {
    ...(storage?.dtype && { dtype: storage.dtype }),
    ...(backend && { backend }),
  });
}
