import type { BlockOperations } from "@fovea/block-operations";
import { referenceBackend } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { KeyValueCache, multiHeadAttention, type MultiHeadAttentionResult } from "@fovea/multi-head-attention";
import type { Tensor } from "@fovea/tensor";
import { checkOptions, type OptionNames } from "./check-options.ts";
import { checkOrder, type Order } from "./check-order.ts";
import { feedForward } from "./feed-forward.ts";
import type { DecoderLayerOptions, EncoderLayerOptions } from "./layer-options.ts";
import type { DecoderLayerWeights, EncoderLayerWeights } from "./layer-weights.ts";
import { normalize, type Normalization } from "./normalization.ts";
import { TransformerError } from "./transformer-error.ts";

const encoderNames: OptionNames<EncoderLayerOptions> = { attention: true, order: true, lengths: true, backend: true };
const decoderNames: OptionNames<DecoderLayerOptions> = {
  ...encoderNames,
  crossAttention: true,
  cache: true,
  memory: true,
  memoryLengths: true,
};

/** What a layer computed. On a backend with memory of its own all of it lives until the enclosing scope ends. */
export interface LayerResult {
  /** `[batch, tokens, dim]` */
  readonly output: Tensor;
  /** Self-attention: what was attended and read, for `attentionWeights` and inspection. */
  readonly attention: MultiHeadAttentionResult;
  /** The sum after attention, before the next part (and, in post order, normalized), `[batch, tokens, dim]`. */
  readonly attended: Tensor;
  readonly crossAttention?: MultiHeadAttentionResult;
}

/** Tokens look at each other, then each is worked on by itself.
 *  @param x `[batch, tokens, dim]`
 *  @throws {TransformerError} for an option that there is not
 *  @throws {ShapeError | AttentionError | MultiHeadAttentionError}
 *  @see Vaswani et al. 2017, section 3.1 */
export function encoderLayer(weights: EncoderLayerWeights, x: Tensor, options: EncoderLayerOptions): LayerResult {
  checkOptions("encoderLayer", options, encoderNames);
  const { attention: settings, lengths, backend } = options;
  const order = checkOrder("encoderLayer", options.order);
  const operations = backend?.operations ?? referenceBackend.operations;
  const attention = multiHeadAttention(
    weights.attention,
    before(x, weights.attentionNormalization, order, operations),
    {
      ...settings,
      keyLengths: lengths,
      backend,
    },
  );
  const attended = after(x, attention.output, weights.attentionNormalization, order, operations);
  return { output: workOn(weights, attended, order, operations), attention, attended };
}

/** Tokens look at those before them (a mask of your own takes the place of the causal one), then at what the encoder gave, then each is worked on by itself.
 *  @param x `[batch, tokens, dim]`
 *  @throws {TransformerError} for an option that there is not, or when cross-attention lacks its weights or what it attends to
 *  @throws {ShapeError | AttentionError | MultiHeadAttentionError | CacheError}; the cache then holds what it held */
export function decoderLayer(weights: DecoderLayerWeights, x: Tensor, options: DecoderLayerOptions): LayerResult {
  checkOptions("decoderLayer", options, decoderNames);
  const { attention: settings, lengths, cache, memory, backend } = options;
  const order = checkOrder("decoderLayer", options.order);
  const operations = backend?.operations ?? referenceBackend.operations;
  checkMemory(weights, memory);
  const attention = multiHeadAttention(
    weights.attention,
    before(x, weights.attentionNormalization, order, operations),
    {
      ...settings,
      mask: settings.mask === undefined ? lookBack : settings.mask,
      keyLengths: lengths,
      cache,
      backend,
    },
  );
  let attended = after(x, attention.output, weights.attentionNormalization, order, operations);
  const { crossAttention: crossWeights, crossAttentionNormalization: crossNormalization } = weights;
  if (!crossWeights || !crossNormalization) {
    return { output: workOn(weights, attended, order, operations), attention, attended };
  }

  const crossAttention = multiHeadAttention(crossWeights, before(attended, crossNormalization, order, operations), {
    ...(options.crossAttention ?? { heads: settings.heads }),
    ...(memory instanceof KeyValueCache ? { cache: memory } : { key: memory }),
    keyLengths: options.memoryLengths,
    backend,
  });
  attended = after(attended, crossAttention.output, crossNormalization, order, operations);
  return { output: workOn(weights, attended, order, operations), attention, attended, crossAttention };
}

const lookBack = causal();

function before(x: Tensor, normalization: Normalization, order: Order, operations: BlockOperations): Tensor {
  return order === "pre" ? normalize(x, normalization, operations) : x;
}

function after(
  x: Tensor,
  part: Tensor,
  normalization: Normalization,
  order: Order,
  operations: BlockOperations,
): Tensor {
  const sum = operations.add(x, part);
  return order === "pre" ? sum : normalize(sum, normalization, operations);
}

function workOn(weights: EncoderLayerWeights, x: Tensor, order: Order, operations: BlockOperations): Tensor {
  const { feedForward: parts, feedForwardNormalization } = weights;
  const output = feedForward(parts, before(x, feedForwardNormalization, order, operations), operations, x);
  return order === "pre" ? output : normalize(output, feedForwardNormalization, operations);
}

function checkMemory(weights: DecoderLayerWeights, memory: Tensor | KeyValueCache | undefined): void {
  if (!weights.crossAttention !== !weights.crossAttentionNormalization) {
    throw new TransformerError(
      "decoderLayer: crossAttention and crossAttentionNormalization come together, got one of them.",
    );
  }
  if (!weights.crossAttention === !memory) return;
  throw new TransformerError(
    memory
      ? "decoderLayer: got memory, but the layer has no crossAttention weights. Leave memory out."
      : "decoderLayer: the layer attends to an encoder, got no memory. Pass the encoder's vectors, or their crossAttentionCache.",
  );
}
