import { randomWeights, type Projection } from "@fovea/multi-head-attention";
import { at, randomGenerator, type Tensor } from "@fovea/tensor";
import type { FeedForwardWeights } from "./feed-forward.ts";
import type { DecoderLayerWeights } from "./layer-weights.ts";
import type { Normalization } from "./normalization.ts";

/** Layers as the papers write them, one number at a time: shares no code with what it judges. A sequence is a list of vectors. */
export type Sequence = readonly (readonly number[])[];

export const add = (x: Sequence, y: Sequence): Sequence => x.map((row, i) => row.map((value, d) => value + y[i][d]));

function linear(x: readonly number[], { weight, bias }: Projection): number[] {
  return Array.from({ length: weight.shape[1] }, (_, column) =>
    x.reduce((sum, value, row) => sum + value * at(weight, row, column), bias ? at(bias, column) : 0),
  );
}

export function normalized(x: Sequence, { kind, scale, bias, epsilon }: Normalization): Sequence {
  return x.map((row) => {
    const mean = kind === "layer" ? row.reduce((sum, value) => sum + value, 0) / row.length : 0;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    const root = Math.sqrt(variance + (epsilon ?? (kind === "layer" ? 1e-5 : 1e-6)));
    return row.map((value, d) => ((value - mean) / root) * (scale ? at(scale, d) : 1) + (bias ? at(bias, d) : 0));
  });
}

export function attended(
  weights: DecoderLayerWeights["attention"],
  heads: number,
  x: Sequence,
  memory: Sequence,
  sees: (query: number, key: number) => boolean,
): Sequence {
  const queries = x.map((row) => linear(row, weights.query));
  const keys = memory.map((row) => linear(row, weights.key));
  const values = memory.map((row) => linear(row, weights.value));
  const dim = queries[0].length / heads;
  const shared = heads / (keys[0].length / dim);
  return queries.map((query, i) => {
    const merged = query.map((_, column) => {
      const head = Math.floor(column / dim);
      const from = Math.floor(head / shared) * dim;
      const weightOf = (j: number): number => {
        let score = 0;
        for (let d = 0; d < dim; d++) score += query[head * dim + d] * keys[j][from + d];
        return sees(i, j) ? Math.exp(score / Math.sqrt(dim)) : 0;
      };
      const shares = keys.map((_, j) => weightOf(j));
      const total = shares.reduce((sum, share) => sum + share, 0);
      return shares.reduce((sum, share, j) => sum + (share / total) * values[j][from + (column % dim)], 0);
    });
    return linear(merged, weights.output!);
  });
}

const functions = {
  relu: (x: number): number => Math.max(0, x),
  silu: (x: number): number => x / (1 + Math.exp(-x)),
};

export function workedOn({ expand, gate, contract, activation }: FeedForwardWeights, x: Sequence): Sequence {
  const f = functions[activation as "relu" | "silu"];
  return x.map((row) => {
    const wide = linear(row, expand);
    const open = gate && linear(row, gate).map(f);
    return linear(open ? wide.map((value, d) => value * open[d]) : wide.map(f), contract);
  });
}

const random = randomGenerator(11);
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float64", standardDeviation: 0.5 });
const projection = (from: number, to: number): Projection => ({ weight: normal(from, to), bias: normal(to) });

export interface Kind {
  readonly gated: boolean;
  readonly norm: "layer" | "rms";
  readonly crosses: boolean;
  /** Of what the encoder gives; default 6. */
  readonly memoryDim?: number;
}

/** Vectors of 8, four heads over two key heads. */
export function someLayer({ gated, norm, crosses, memoryDim = 6 }: Kind): DecoderLayerWeights {
  const normalization = (): Normalization => ({
    kind: norm,
    scale: normal(8),
    ...(norm === "layer" && { bias: normal(8) }),
  });
  const heads = { queryDim: 8, heads: 4, keyHeads: 2 };
  return {
    attention: randomWeights(random, heads),
    attentionNormalization: normalization(),
    ...(crosses && {
      crossAttention: randomWeights(random, { ...heads, keyDim: memoryDim }),
      crossAttentionNormalization: normalization(),
    }),
    feedForward: {
      expand: projection(8, 12),
      ...(gated && { gate: projection(8, 12) }),
      contract: projection(12, 8),
      activation: gated ? "silu" : "relu",
    },
    feedForwardNormalization: normalization(),
  };
}

export const someVectors = (tokens: number, dim: number): Tensor => normal(1, tokens, dim);
