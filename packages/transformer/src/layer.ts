import type { BlockOperations, Operand } from "@fovea/block-operations";
import { operationsOf } from "@fovea/dot-product-attention";
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
  positions: true,
  memory: true,
  memoryLengths: true,
};

/** What a layer computed. On a backend with memory of its own all of it lives until the enclosing scope ends. */
export interface LayerResult<T extends Operand = Tensor> {
  /** `[batch, tokens, dim]` */
  readonly output: T;
  /** Self-attention: what was attended and read, for `attentionWeights` and inspection. */
  readonly attention: MultiHeadAttentionResult<T>;
  /** The sum after attention, before the next part (and, in post order, normalized), `[batch, tokens, dim]`. */
  readonly attended: T;
  readonly crossAttention?: MultiHeadAttentionResult<T>;
}

/** Tokens look at each other, then each is worked on by itself.
 *  @param x `[batch, tokens, dim]`
 *  @throws {TransformerError} for an option that there is not
 *  @throws {ShapeError | AttentionError | MultiHeadAttentionError}
 *  @see Vaswani et al. 2017, section 3.1 */
export function encoderLayer<T extends Operand = Tensor>(
  weights: EncoderLayerWeights<T>,
  x: T,
  options: EncoderLayerOptions<T>,
): LayerResult<T> {
  checkOptions("encoderLayer", options, encoderNames);
  return runEncoderLayer(weights, x, { ...options, order: checkOrder("encoderLayer", options.order) });
}

/** Options that have been checked, with an order. */
type Checked<O> = O & { readonly order: Order };

/** `encoderLayer` for stacks, which check their settings once. */
export function runEncoderLayer<T extends Operand>(
  weights: EncoderLayerWeights<T>,
  x: T,
  { attention: settings, order, lengths, backend }: Checked<EncoderLayerOptions<T>>,
): LayerResult<T> {
  const operations = operationsOf(backend);
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
export function decoderLayer<T extends Operand = Tensor>(
  weights: DecoderLayerWeights<T>,
  x: T,
  options: DecoderLayerOptions<T>,
): LayerResult<T> {
  checkOptions("decoderLayer", options, decoderNames);
  const order = checkOrder("decoderLayer", options.order);
  checkMemory(weights, options.memory);
  return runDecoderLayer(weights, x, { ...options, order });
}

/** `decoderLayer` for stacks, which check their settings once. */
export function runDecoderLayer<T extends Operand>(
  weights: DecoderLayerWeights<T>,
  x: T,
  options: Checked<DecoderLayerOptions<T>>,
): LayerResult<T> {
  const { attention: settings, order, lengths, cache, memory, backend } = options;
  const operations = operationsOf(backend);
  const attention = multiHeadAttention(
    weights.attention,
    before(x, weights.attentionNormalization, order, operations),
    {
      ...settings,
      mask: settings.mask === undefined ? lookBack : settings.mask,
      keyLengths: lengths,
      cache,
      positions: options.positions,
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

function before<T extends Operand>(
  x: T,
  normalization: Normalization<T>,
  order: Order,
  operations: BlockOperations<T>,
): T {
  return order === "pre" ? normalize(x, normalization, operations) : x;
}

function after<T extends Operand>(
  x: T,
  part: T,
  normalization: Normalization<T>,
  order: Order,
  operations: BlockOperations<T>,
): T {
  const sum = operations.add(x, part);
  return order === "pre" ? sum : normalize(sum, normalization, operations);
}

function workOn<T extends Operand>(
  weights: EncoderLayerWeights<T>,
  x: T,
  order: Order,
  operations: BlockOperations<T>,
): T {
  const { feedForward: parts, feedForwardNormalization } = weights;
  const output = feedForward(parts, before(x, feedForwardNormalization, order, operations), operations, x);
  return order === "pre" ? output : normalize(output, feedForwardNormalization, operations);
}

function checkMemory(
  weights: DecoderLayerWeights<Operand>,
  memory: Operand | KeyValueCache<Operand> | undefined,
): void {
  checkCrossAttention("decoderLayer", weights);
  if (!weights.crossAttention === !memory) return;
  throw new TransformerError(
    memory
      ? "decoderLayer: got memory, but the layer has no crossAttention weights. Leave memory out."
      : "decoderLayer: the layer attends to an encoder, got no memory. Pass the encoder's vectors, or their crossAttentionCache.",
  );
}

/** @throws {TransformerError} */
export function checkCrossAttention(who: string, weights: DecoderLayerWeights<Operand>): void {
  if (!weights.crossAttention === !weights.crossAttentionNormalization) return;
  throw new TransformerError(`${who}: crossAttention and crossAttentionNormalization come together, got one of them.`);
}
