import type { BlockOperations } from "@fovea/block-operations";
import { attention } from "@fovea/dot-product-attention";
import { dequantizeRows, isQuantized, type Tensor } from "@fovea/tensor";
import type { KeyValueCache } from "./cache/key-value-cache.ts";
import type { MultiHeadAttentionOptions, PositionTransform } from "./options.ts";
import { prepareHeads } from "./prepare-heads.ts";
import { project } from "./project.ts";
import { projectHeads } from "./project-heads.ts";
import { mergeHeads } from "./split-heads.ts";
import { tokenPositions } from "./token-positions.ts";
import { transformPositions } from "./transform-positions.ts";
import type { MultiHeadAttentionWeights } from "./weights/weights.ts";

export interface MultiHeadAttentionResult {
  /** `[batch, queries, outputDim]` */
  readonly output: Tensor;
  /** What each head gathered, before heads are merged and projected, `[batch, heads, queries, valueDim]`. */
  readonly attended: Tensor;
  /** What attention read: `[batch, heads, queries, headDim]`, `[batch, keyHeads, keys, headDim]` and `[batch, keyHeads, keys, valueDim]`,
   *  for `attentionWeights` and inspection. With a cache, key and value are its views: until its next change. */
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** `[batch, heads, queries]`, where `returns` asks for them. */
  readonly logSumExp?: Tensor;
  readonly rowMaximum?: Tensor;
  readonly rowTotal?: Tensor;
}

/** Projects vectors into heads, attends in each, merges the heads and projects back:
 *  `output = merge(attention(query · Wq, key · Wk, value · Wv)) · Wo`, with biases where the weights have them.
 *  Self-attention without `key`, cross-attention with it; grouped-query and multi-query when the weights have fewer key heads.
 *  Tensors in a backend's memory stay there from query to output: call it inside `backend.operations.scope`, which frees what was made on the way,
 *  and see `prepareWeights`.
 *  @param query `[batch, queries, queryDim]`
 *  @throws {ShapeError | MultiHeadAttentionError | CacheError} and what `attention` throws; a cache then holds what it held
 *  @see Vaswani et al. 2017, section 3.2.2; Ainslie et al. 2023 (grouped queries) */
export function multiHeadAttention(
  weights: MultiHeadAttentionWeights,
  query: Tensor,
  options: MultiHeadAttentionOptions,
): MultiHeadAttentionResult {
  const call = prepareHeads("multiHeadAttention", weights, query, options);
  const queryHeads = projectHeads(query, call.query).ready;
  const finish = (key: Tensor, value: Tensor): MultiHeadAttentionResult => {
    const { output: attended, ...statistics } = attention(queryHeads, key, value, call.attentionOptions);
    const merged = mergeHeads(attended, call.operations);
    const output = weights.output ? project(merged, weights.output, call.operations) : merged;
    return { output, attended, query: queryHeads, key, value, ...statistics };
  };

  const { cache, positionTransform } = options;
  if (call.attendedTo === null) return finish(cache!.key, cache!.value);
  const { key, value } = call.attendedTo;
  const newKey = projectHeads(key.vectors, key).ready;
  const newValue = projectHeads(value.vectors, value).ready;
  if (!cache) return finish(newKey, newValue);
  const before = cache.nextPosition;
  cache.append(newKey, newValue);
  try {
    return finish(cachedKeys(cache, positionTransform, call.operations), cache.value);
  } catch (error) {
    cache.truncate(before);
    throw error;
  }
}

/** The keys as attention reads them: a window's are turned here, by their places in the cache. */
function cachedKeys(
  cache: KeyValueCache,
  transform: PositionTransform | undefined,
  operations: BlockOperations,
): Tensor {
  const { key } = cache;
  if (!cache.isWindowed || !transform) return key;
  const numbers = isQuantized(key) ? dequantizeRows(key) : key;
  return transformPositions(numbers, transform, tokenPositions(key.shape[0], key.shape[2], 0), operations);
}
