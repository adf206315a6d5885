import { weightRows } from "@fovea/dot-product-attention";
import type { WeightOptions, WeightRows } from "@fovea/dot-product-attention";
import { checkOptions, zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { InspectionError } from "./inspection-error.ts";

/** What one layer of self-attention attended with. */
export interface AttentionLayer {
  /** `[batch, heads, tokens, headDim]` */
  readonly query: Tensor;
  /** `[batch, keyHeads, tokens, headDim]` */
  readonly key: Tensor;
  readonly options?: WeightOptions;
}

export interface RolloutOptions {
  /** Batch element; default 0. */
  readonly batch?: number;
  /** Tokens of the last layer to trace back, `from … to - 1`; default all. */
  readonly queries?: readonly [from: number, to: number];
  /** Share of each token that passes a layer by its residual connection; default 0.5. */
  readonly residual?: number;
}

/** How much of each input token is in each output token after several layers: attention multiplied through, heads averaged, the
 *  residual connection counted as attention to oneself: `A = (1 - residual) mean(weights) + residual I`, rows scaled to 1, and
 *  `rollout = A_last … A_first`. A row that sees nothing stays itself.
 *  Time: each layer's weights once; memory: the result, twice.
 *  @param layers first layer first
 *  @returns `[to - from, tokens]`, float64; each row sums to 1
 *  @throws {InspectionError} without layers, for cross-attention, or for options out of range
 *  @see Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers", eq. 1 */
export function rollout(layers: readonly AttentionLayer[], options: RolloutOptions = {}): Tensor {
  checkOptions("rollout", options, { batch: true, queries: true, residual: true }, { Refuse: InspectionError });
  const { batch = 0, residual = 0.5 } = options;
  const readers = layers.map(({ query, key, options: own = {} }) => weightRows(query, key, own));
  const tokens = checkLayers(readers, batch, residual);
  const [from, to] = options.queries ?? [0, tokens];
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= tokens)) {
    throw new InspectionError(`rollout: expected queries [from, to] within 0 to ${tokens}, got [${from}, ${to}].`);
  }
  const count = to - from;
  let flow = new Float64Array(count * tokens);
  for (let row = 0; row < count; row++) flow[row * tokens + from + row] = 1;
  const mixed = new Float64Array(tokens);
  for (const reader of readers.toReversed()) {
    const next = new Float64Array(count * tokens);
    for (let token = 0; token < tokens; token++) {
      readMixedRow(reader, batch, token, residual, mixed);
      for (let row = 0; row < count; row++) {
        const amount = flow[row * tokens + token];
        if (amount === 0) continue;
        for (let k = 0; k < tokens; k++) next[row * tokens + k] += amount * mixed[k];
      }
    }
    flow = next;
  }
  const result = zeros([count, tokens], "float64");
  result.data.set(flow);
  return result;
}

/** One row of `(1 - residual) mean(weights) + residual I`, scaled to sum to 1. */
function readMixedRow(reader: WeightRows, batch: number, token: number, residual: number, mixed: Float64Array): void {
  mixed.fill(0);
  for (let head = 0; head < reader.heads; head++) {
    const seen = reader.read(batch, head, token);
    for (let i = 0; i < seen; i++) {
      mixed[reader.row.keys[i]] += ((1 - residual) * reader.row.weights[i]) / reader.heads;
    }
  }
  mixed[token] += residual;
  const sum = mixed.reduce((total, share) => total + share, 0);
  if (sum === 0) mixed[token] = 1;
  else mixed.forEach((share, k) => (mixed[k] = share / sum));
}

function checkLayers(readers: readonly WeightRows[], batch: number, residual: number): number {
  if (readers.length === 0) throw new InspectionError("rollout: expected at least one layer, got none.");
  const tokens = readers[0].queries;
  readers.forEach((reader, layer) => {
    if (reader.queries !== tokens || reader.keys !== tokens) {
      throw new InspectionError(
        `rollout: expected ${tokens} queries and keys in every layer, got ${reader.queries} and ${reader.keys} in layer ${layer}. ` +
          "Only self-attention without a past can be multiplied through.",
      );
    }
    if (!Number.isInteger(batch) || batch < 0 || batch >= reader.batch) {
      throw new InspectionError(`rollout: expected batch from 0 to ${reader.batch - 1}, got ${batch}.`);
    }
  });
  if (!(residual >= 0 && residual <= 1)) {
    throw new InspectionError(`rollout: expected residual from 0 to 1, got ${residual}.`);
  }
  return tokens;
}
