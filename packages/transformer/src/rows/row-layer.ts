import type { Order } from "../check-order.ts";
import type { AttentionSettings } from "../layer-options.ts";
import type { DecoderLayerWeights } from "../layer-weights.ts";
import { createTurn, RowAttention, type Turn, type Window } from "./row-attention.ts";
import type { RowCache } from "./row-cache.ts";
import { createRowFeedForward } from "./row-feed-forward.ts";
import { createRowLinear } from "./row-linear.ts";
import type { RowMemory } from "./row-memory.ts";
import { createRowNorm } from "./row-norm.ts";
import { panelColumns } from "./row-product.ts";
import type { Sight } from "./visible-runs.ts";

export interface RowLayerOptions {
  readonly settings: AttentionSettings;
  readonly sight: Sight;
  readonly order: Order;
  /** Tokens there is room for, and whether they move to make some. */
  readonly room: number;
  readonly moves: boolean;
}

export interface RowLayer {
  /** Works on one row in place, and keeps its key and value.
   *  @param x address, `[dim]`
   *  @param place of the token in the cache */
  run(x: number, place: number, window: Window): void;
  /** Moves the last `count` tokens before `from + count` down to `to`. */
  move(from: number, to: number, count: number): void;
  readonly cache: RowCache;
}

/** A decoder layer for one row at a time: query, key and value are one product. */
export function createRowLayer(memory: RowMemory, weights: DecoderLayerWeights, options: RowLayerOptions): RowLayer {
  const { settings, sight, order, room, moves } = options;
  const { query, key, value, output } = weights.attention;
  const dim = query.weight.shape[0];
  const { heads } = settings;
  const headDim = query.weight.shape[1] / heads;
  const keyHeads = key.weight.shape[1] / headDim;
  const valueDim = value.weight.shape[1] / keyHeads;

  const project = createRowLinear(memory, query, key, value);
  const merge = output && createRowLinear(memory, output);
  const attentionNorm = createRowNorm(memory, weights.attentionNormalization, dim);
  const feedForwardNorm = createRowNorm(memory, weights.feedForwardNormalization, dim);
  const feedForward = createRowFeedForward(memory, weights.feedForward);
  const turn: Turn | null = createTurn(memory, settings.positionTransform);
  const attention = new RowAttention(memory, { heads, keyHeads, headDim, valueDim }, settings, sight, room, moves);
  const { cache } = attention;

  const row = (count: number): number => memory.allocate(count + panelColumns);
  const read = row(dim);
  const projected = row(query.weight.shape[1] + key.weight.shape[1] + value.weight.shape[1]);
  const keyRow = projected + heads * headDim;
  const valueRow = keyRow + keyHeads * headDim;
  const sinkQuery = row(heads * headDim);
  const attended = row(heads * valueDim);
  const part = row(dim);

  const attend = (from: number, place: number, { sinks, shift }: Window): void => {
    project(from, projected);
    const at = place < sinks ? place : place + shift;
    if (moves) cache.keepUnturned(keyRow, headDim, at);
    if (shift !== 0) {
      memory.numbers.copyWithin(sinkQuery, projected, projected + heads * headDim);
      turn?.(sinkQuery, heads, headDim, place);
    }
    turn?.(projected, heads, headDim, at);
    turn?.(keyRow, keyHeads, headDim, at);
    cache.storeKey(keyRow, headDim, at);
    cache.storeValue(valueRow, valueDim, at);
    attention.run(projected, sinkQuery, attended, place, { sinks, shift });
  };
  const addTo = (x: number, y: number): void => {
    const { numbers } = memory;
    for (let d = 0; d < dim; d++) numbers[x + d] += numbers[y + d];
  };
  return {
    cache,
    run(x, place, window) {
      if (order === "pre") attentionNorm(x, read);
      attend(order === "pre" ? read : x, place, window);
      merge?.(attended, part);
      addTo(x, merge ? part : attended);
      if (order === "post") attentionNorm(x, x);

      if (order === "pre") feedForwardNorm(x, read);
      feedForward(order === "pre" ? read : x, part);
      addTo(x, part);
      if (order === "post") feedForwardNorm(x, x);
    },
    move(from, to, count) {
      cache.move(from, to, count, headDim);
      for (let i = 0; i < count; i++) {
        const start = cache.unturned(headDim, to + i);
        memory.numbers.copyWithin(keyRow, start, start + keyHeads * headDim);
        turn?.(keyRow, keyHeads, headDim, to + i);
        cache.storeKey(keyRow, headDim, to + i);
      }
    },
  };
}
