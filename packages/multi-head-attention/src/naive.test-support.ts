import { at, tensor, toArray, type Tensor } from "@fovea/tensor";
import type { HeadNormalization, MultiHeadAttentionWeights, Projection } from "./weights/weights.ts";

export interface NaiveOptions {
  readonly heads: number;
  readonly key?: Tensor;
  readonly value?: Tensor;
  readonly visible?: (query: number, key: number) => boolean;
  /** Interleaved rotary of base 10000 over the whole head, by these positions. */
  readonly rotary?: { readonly query: readonly number[]; readonly key: readonly number[] };
}

/** Multi-head attention as the formulas say it, one number at a time: shares no code with what it judges. */
export function naiveMultiHeadAttention(
  weights: MultiHeadAttentionWeights,
  query: Tensor,
  options: NaiveOptions,
): Tensor {
  const { heads, key = query, value = key, visible = () => true, rotary } = options;
  const [batch, queries] = query.shape as [number, number];
  const keys = key.shape[1];
  const headDim = weights.query.weight.shape[1] / heads;
  const keyHeads = weights.key.weight.shape[1] / headDim;
  const valueDim = weights.value.weight.shape[1] / keyHeads;
  const outputDim = weights.output?.weight.shape[1] ?? heads * valueDim;
  const output = new Float64Array(batch * queries * outputDim);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < queries; i++) {
      const merged: number[] = [];
      for (let h = 0; h < heads; h++) {
        const keyHead = Math.floor(h / (heads / keyHeads));
        const q = vectorOf(query, weights.query, b, i, h, headDim, weights.queryNormalization, rotary?.query[i]);
        const scores: number[] = [];
        for (let j = 0; j < keys; j++) {
          const k = vectorOf(key, weights.key, b, j, keyHead, headDim, weights.keyNormalization, rotary?.key[j]);
          const score = k.reduce((sum, x, d) => sum + x * q[d], 0) / Math.sqrt(headDim);
          scores.push(visible(i, j) ? Math.exp(score) : 0);
        }
        const total = scores.reduce((sum, x) => sum + x, 0);
        for (let d = 0; d < valueDim; d++) {
          let gathered = 0;
          for (let j = 0; j < keys; j++)
            gathered += (scores[j] / total) * vectorOf(value, weights.value, b, j, keyHead, valueDim)[d];
          merged.push(gathered);
        }
      }
      for (let o = 0; o < outputDim; o++) {
        output[(b * queries + i) * outputDim + o] = weights.output ? linear(merged, weights.output, o) : merged[o];
      }
    }
  }
  return tensor(output, { shape: [batch, queries, outputDim] });
}

/** One head's vector of one token: projected, normalized, turned. */
function vectorOf(
  vectors: Tensor,
  projection: Projection,
  b: number,
  token: number,
  head: number,
  dim: number,
  norm?: HeadNormalization,
  position?: number,
): number[] {
  const input = Array.from({ length: vectors.shape[2] }, (_, c) => at(vectors, b, token, c));
  let x = Array.from({ length: dim }, (_, d) => linear(input, projection, head * dim + d));
  if (norm) {
    const mean = norm.kind === "layer" ? x.reduce((sum, v) => sum + v, 0) / dim : 0;
    const square = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / dim;
    const root = Math.sqrt(square + (norm.epsilon ?? (norm.kind === "rms" ? 1e-6 : 1e-5)));
    x = x.map(
      (v, d) => ((v - mean) / root) * (norm.scale ? at(norm.scale, d) : 1) + (norm.bias ? at(norm.bias, d) : 0),
    );
  }
  if (position === undefined) return x;
  return x.map((v, d) => {
    const angle = position * 10000 ** (-(d - (d % 2)) / dim);
    return d % 2 === 0
      ? v * Math.cos(angle) - x[d + 1] * Math.sin(angle)
      : x[d - 1] * Math.sin(angle) + v * Math.cos(angle);
  });
}

function linear(input: readonly number[], { weight, bias }: Projection, column: number): number {
  return input.reduce((sum, x, row) => sum + x * at(weight, row, column), bias ? at(bias, column) : 0);
}

/** Slopes of a number-valued function of a tensor, one element at a time. */
export function centralDifferences(x: Tensor, f: (changed: Tensor) => number, step = 1e-4): Tensor {
  const values = toArray(x);
  const slopes = values.map((value, i) => {
    const moved = (by: number): number => f(tensor(Float64Array.from(values.with(i, value + by)), { shape: x.shape }));
    return (moved(step) - moved(-step)) / (2 * step);
  });
  return tensor(Float64Array.from(slopes), { shape: x.shape });
}
