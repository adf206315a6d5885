import { weightRows } from "@fovea/dot-product-attention";
import type { WeightOptions } from "@fovea/dot-product-attention";
import { zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";

/** How widely each row looks, in nats: 0 for a row that looks at one key, `log(n)` for one that looks at n keys alike.
 *  Rows of weights that do not sum to 1 (sigmoid, relu, sinks) are scaled to do so first; a row that sees nothing has entropy 0.
 *  Memory: the result and one row.
 *  @param query `[batch, heads, queries, headDim]`
 *  @param key `[batch, keyHeads, keys, headDim]`
 *  @returns `[batch, heads, queries]`, float64
 *  @see Shannon 1948; exp of it is the number of keys a row attends to in effect */
export function entropy(query: Tensor, key: Tensor, options: WeightOptions = {}): Tensor {
  const rows = weightRows(query, key, options);
  const { batch, heads, queries } = rows;
  const { weights } = rows.row;
  const result = zeros([batch, heads, queries], "float64");
  let index = 0;
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let q = 0; q < queries; q++) result.data[index++] = rowEntropy(weights, rows.read(b, h, q));
    }
  }
  return result;
}

function rowEntropy(weights: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.abs(weights[i]);
  if (sum === 0) return 0;
  let nats = 0;
  for (let i = 0; i < count; i++) {
    const share = Math.abs(weights[i]) / sum;
    if (share !== 0) nats -= share * Math.log(share);
  }
  return nats;
}
