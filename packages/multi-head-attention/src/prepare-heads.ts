import type { BlockOperations, Operand } from "@fovea/block-operations";
import { operationsOf, type AttentionOptions } from "@fovea/dot-product-attention";
import { checkOptions, type OptionNames, checkShape, type Tensor } from "@fovea/tensor";
import { headSizes, type HeadSizes } from "./head-sizes.ts";
import { MultiHeadAttentionError } from "./multi-head-attention-error.ts";
import type { MultiHeadAttentionOptions } from "./options.ts";
import type { HeadRecipe } from "./project-heads.ts";
import { tokenPositions } from "./token-positions.ts";
import type { MultiHeadAttentionWeights } from "./weights/weights.ts";

/** An input and how it becomes heads. */
interface Input<T extends Operand> extends HeadRecipe<T> {
  /** `[batch, tokens, in]` */
  readonly vectors: T;
}

/** A call whose own parts have been checked; what is attention's, attention checks. */
export interface PreparedHeads<T extends Operand = Tensor> {
  readonly sizes: HeadSizes;
  readonly query: Input<T>;
  /** Null when a fixed cache holds all keys and values. */
  readonly attendedTo: { readonly key: Input<T>; readonly value: Input<T> } | null;
  readonly attentionOptions: AttentionOptions<T>;
  readonly operations: BlockOperations<T>;
}

const optionNames: OptionNames<MultiHeadAttentionOptions> = {
  heads: true,
  key: true,
  value: true,
  positionTransform: true,
  positions: true,
  keyPositions: true,
  cache: true,
  score: true,
  mask: true,
  probability: true,
  scale: true,
  normalizer: true,
  sinks: true,
  tables: true,
  queryOffset: true,
  queryLengths: true,
  keyLengths: true,
  blockMask: true,
  returns: true,
  backend: true,
};

/** @throws {ShapeError | MultiHeadAttentionError | CacheError} */
export function prepareHeads<T extends Operand>(
  who: string,
  weights: MultiHeadAttentionWeights<T>,
  query: T,
  options: MultiHeadAttentionOptions<T>,
): PreparedHeads<T> {
  checkOptions<MultiHeadAttentionOptions<T>>(who, options, optionNames, {
    required: true,
    example: `${who}(weights, query, { heads: 4 })`,
    instead: { causal: "mask: causal(), from @fovea/masking", past: "cache: new KeyValueCache()" },
    Refuse: MultiHeadAttentionError,
  });
  const { heads, key, value, positionTransform, positions, keyPositions, cache, ...attentionOptions } = options;
  const sizes = headSizes(who, weights, heads);
  const { batch, queries } = checkShape(who, "query", query, ["batch", "queries", weights.query.weight.shape[0]]);
  const operations = operationsOf(options.backend);
  const fixed = cache?.isFixed ?? false;
  if (fixed && (key || value)) {
    throw new MultiHeadAttentionError(
      `${who}: a fixed cache is all that is attended to. Leave key and value out, or make a new cache.`,
    );
  }
  if (value && !key) {
    throw new MultiHeadAttentionError(
      `${who}: value came without key. Pass both, or only the key when values are made from it.`,
    );
  }
  if (cache?.isWindowed && (positions || keyPositions)) {
    throw new MultiHeadAttentionError(
      `${who}: in a windowed cache positions are the places in the cache. Leave positions and keyPositions out.`,
    );
  }
  const cached = cache && !fixed ? cache.nextPosition : 0;

  const positionsOf = (name: string, given: Tensor | undefined, tokens: number): Tensor | undefined => {
    if (given) checkShape(who, name, given, [batch, tokens]);
    return positionTransform && (given ?? tokenPositions(batch, tokens, cached));
  };
  const queryInput: Input<T> = {
    vectors: query,
    projection: weights.query,
    heads,
    normalization: weights.queryNormalization,
    transform: positionTransform,
    positions: positionsOf("positions", positions, queries),
    operations,
  };
  const attendedTo = (): PreparedHeads<T>["attendedTo"] => {
    const keyVectors = key ?? query;
    const valueVectors = value ?? keyVectors;
    const { keys } = checkShape(who, key ? "key" : "query as key", keyVectors, [
      batch,
      "keys",
      weights.key.weight.shape[0],
    ]);
    checkShape(who, value ? "value" : "key as value", valueVectors, [batch, keys, weights.value.weight.shape[0]]);
    return {
      key: {
        vectors: keyVectors,
        projection: weights.key,
        heads: sizes.keyHeads,
        normalization: weights.keyNormalization,
        // a window shifts places, so its keys are turned when they are read
        transform: cache?.isWindowed ? undefined : positionTransform,
        positions: positionsOf("keyPositions", keyPositions ?? (key ? undefined : positions), keys),
        operations,
      },
      value: { vectors: valueVectors, projection: weights.value, heads: sizes.keyHeads, operations },
    };
  };
  return {
    sizes,
    query: queryInput,
    attendedTo: fixed ? null : attendedTo(),
    attentionOptions: { ...attentionOptions, queryOffset: attentionOptions.queryOffset ?? cached },
    operations,
  };
}
