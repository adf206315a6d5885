import type { BlockOperations, Operand } from "@fovea/block-operations";
import { backendOf, prepareCall } from "@fovea/dot-product-attention";
import type { Tensor } from "@fovea/tensor";
import type { KeyValueCache } from "./cache/key-value-cache.ts";
import type { MultiHeadAttentionOptions, PositionTransform } from "./options.ts";
import { prepareHeads } from "./prepare-heads.ts";
import { project } from "./project.ts";
import { projectHeads } from "./project-heads.ts";
import { mergeHeads } from "./split-heads.ts";
import { tokenPositions } from "./token-positions.ts";
import { transformPositions } from "./transform-positions.ts";
import type { MultiHeadAttentionWeights } from "./weights/weights.ts";

export interface MultiHeadAttentionResult<T extends Operand = Tensor> {
  /** `[batch, queries, outputDim]` */
  readonly output: T;
  /** What each head gathered, before heads are merged and projected, `[batch, heads, queries, valueDim]`. */
  readonly attended: T;
  /** What attention read: `[batch, heads, queries, headDim]`, `[batch, keyHeads, keys, headDim]` and `[batch, keyHeads, keys, valueDim]`,
   *  for `attentionWeights` and inspection. With a cache, key and value are its views: until its next change. */
  readonly query: T;
  readonly key: T;
  readonly value: T;
  /** `[batch, heads, queries]`, where `returns` asks for them. */
  readonly logSumExp?: T;
  readonly rowMaximum?: T;
  readonly rowTotal?: T;
}

/** Projects vectors into heads, attends in each, merges the heads and projects back:
 *  `output = merge(attention(query · Wq, key · Wk, value · Wv)) · Wo`, with biases where the weights have them.
 *  Self-attention without `key`, cross-attention with it; grouped-query and multi-query when the weights have fewer key heads.
 *  Tensors in a backend's memory stay there from query to output: call it inside `backend.operations.scope`, which frees what was made on the way,
 *  and see `prepareWeights`.
 *  @param query `[batch, queries, queryDim]`
 *  @throws {ShapeError | MultiHeadAttentionError | CacheError} and what `attention` throws; a cache then holds what it held
 *  @see Vaswani et al. 2017, section 3.2.2; Ainslie et al. 2023 (grouped queries) */
export function multiHeadAttention<T extends Operand = Tensor>(
  weights: MultiHeadAttentionWeights<T>,
  query: T,
  options: MultiHeadAttentionOptions<T>,
): MultiHeadAttentionResult<T> {
  const heads = prepareHeads("multiHeadAttention", weights, query, options);
  const { operations, attentionOptions } = heads;
  const backend = backendOf(options.backend);
  const { cache, positionTransform } = options;
  const queryHeads = projectHeads(query, heads.query).ready;
  const fresh = heads.attendedTo && {
    key: projectHeads(heads.attendedTo.key.vectors, heads.attendedTo.key).ready,
    value: projectHeads(heads.attendedTo.value.vectors, heads.attendedTo.value).ready,
  };

  /** @param settle gives keys and values once everything has been checked */
  const attend = (
    expected: { readonly key: Operand; readonly value: Operand },
    settle: () => { readonly key: T; readonly value: T },
  ): MultiHeadAttentionResult<T> => {
    // checks look at shapes and types only
    const { key: likeKey, value: likeValue } = expected as { readonly key: T; readonly value: T };
    const { plan, call } = prepareCall(queryHeads, likeKey, likeValue, attentionOptions, backend);
    const kernel = backend.compile(plan);
    const { key, value } = settle();
    const { output: attended, logSumExp, rowMaximum } = kernel.forward({ ...call, key, value });
    const merged = mergeHeads(attended, operations);
    const { returns } = attentionOptions;
    return {
      output: weights.output ? project(merged, weights.output, operations) : merged,
      attended,
      query: queryHeads,
      key,
      value,
      ...(returns?.logSumExp && logSumExp ? { logSumExp } : {}),
      ...(returns?.rowMaximum && rowMaximum ? { rowMaximum } : {}),
    };
  };
  if (!fresh) {
    const { key, value } = cache!;
    return attend({ key, value }, () => ({ key, value }));
  }
  if (!cache) return attend(fresh, () => fresh);
  const before = cache.nextPosition;
  const { key, value } = cache.afterAppend(fresh.key, fresh.value);
  const isTurned = cache.isWindowed && positionTransform !== undefined;
  let appended = false;
  try {
    return attend({ key: isTurned ? { shape: key.shape, dtype: turnedType(key.dtype) } : key, value }, () => {
      cache.append(fresh.key, fresh.value);
      appended = true;
      return { key: cachedKeys(cache, positionTransform, operations), value: cache.value };
    });
  } catch (error) {
    if (appended) cache.truncate(before);
    throw error;
  }
}

/** What position transforms give: float64 from float64, else float32. */
const turnedType = (dtype: Operand["dtype"]): Operand["dtype"] => (dtype === "float64" ? "float64" : "float32");

/** The keys as attention reads them: a window's are turned here, by their places in the cache. */
function cachedKeys<T extends Operand>(
  cache: KeyValueCache<T>,
  transform: PositionTransform<T> | undefined,
  operations: BlockOperations<T>,
): T {
  const { key } = cache;
  if (!cache.isWindowed || !transform) return key;
  const positions = tokenPositions(key.shape[0], key.shape[2], 0);
  return transformPositions(operations.dequantizeRows(key), transform, positions, operations);
}
