import { attentionGradients, type TableGradients } from "@fovea/dot-product-attention";
import { checkShape, type Tensor } from "@fovea/tensor";
import { MultiHeadAttentionError } from "./multi-head-attention-error.ts";
import type { MultiHeadAttentionOptions } from "./options.ts";
import { prepareHeads, type PreparedHeads } from "./prepare-heads.ts";
import { projectGradient, projectionGradients } from "./project.ts";
import { projectHeads, projectHeadsGradients } from "./project-heads.ts";
import { mergeHeads, splitHeads } from "./split-heads.ts";
import type { MultiHeadAttentionWeights, WeightGradients } from "./weights/weights.ts";

export interface MultiHeadAttentionGradients {
  /** One tensor for each that the weights have, in its shape. */
  readonly weights: WeightGradients;
  /** `[batch, queries, queryDim]`; in self-attention with what keys and values add. */
  readonly query: Tensor;
  /** `[batch, keys, keyDim]`, with what values add when they are made from the key; null when no key was given. */
  readonly key: Tensor | null;
  /** `[batch, keys, valueInputDim]`; null when no value was given. */
  readonly value: Tensor | null;
  /** Of every float table that the score and probability programs read. */
  readonly tables: TableGradients;
  /** `[heads]`, or null without sinks. */
  readonly sinks: Tensor | null;
}

/** Gradients of `multiHeadAttention` for everything that is learned and everything that came in. The forward pass is computed again.
 *  @param outputGradient `[batch, queries, outputDim]`
 *  @param options those of the forward pass, without a cache
 *  @throws {MultiHeadAttentionError} with a cache: train on whole sequences */
export function multiHeadAttentionGradients(
  weights: MultiHeadAttentionWeights,
  query: Tensor,
  outputGradient: Tensor,
  options: MultiHeadAttentionOptions,
): MultiHeadAttentionGradients {
  const who = "multiHeadAttentionGradients";
  if (options.cache) {
    throw new MultiHeadAttentionError(
      `${who}: gradients do not pass through a cache. Give the whole sequence at once, without one.`,
    );
  }
  const call = prepareHeads(who, weights, query, options);
  const { sizes, operations } = call;
  const { key: keyOperand, value: valueOperand } = call.attendedTo as NonNullable<PreparedHeads["attendedTo"]>;
  const outputDim = weights.output?.weight.shape[1] ?? sizes.heads * sizes.valueDim;
  checkShape(who, "outputGradient", outputGradient, [query.shape[0], query.shape[1], outputDim]);

  const queries = projectHeads(query, call.query);
  const keys = projectHeads(keyOperand.vectors, keyOperand);
  const values = projectHeads(valueOperand.vectors, valueOperand);
  const mergedGradient = weights.output ? projectGradient(outputGradient, weights.output, operations) : outputGradient;
  const inner = attentionGradients(
    queries.ready,
    keys.ready,
    values.ready,
    splitHeads(mergedGradient, sizes.heads, operations),
    call.attentionOptions,
  );
  const ofQuery = projectHeadsGradients(query, queries.split, inner.query, call.query);
  const ofKey = projectHeadsGradients(keyOperand.vectors, keys.split, inner.key, keyOperand);
  const ofValue = projectHeadsGradients(valueOperand.vectors, values.split, inner.value, valueOperand);

  const toKey = options.value ? ofKey.vectors : operations.add(ofKey.vectors, ofValue.vectors);
  return {
    weights: {
      query: ofQuery.projection,
      key: ofKey.projection,
      value: ofValue.projection,
      ...(weights.output && {
        output: projectionGradients(mergeHeads(inner.output, operations), weights.output, outputGradient, operations),
      }),
      ...(ofQuery.normalization && { queryNormalization: ofQuery.normalization }),
      ...(ofKey.normalization && { keyNormalization: ofKey.normalization }),
    },
    query: options.key ? ofQuery.vectors : operations.add(ofQuery.vectors, toKey),
    key: options.key ? toKey : null,
    value: options.value ? ofValue.vectors : null,
    tables: inner.tables,
    sinks: inner.sinks,
  };
}
