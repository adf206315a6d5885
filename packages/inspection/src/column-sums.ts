import { weightRows } from "@fovea/dot-product-attention";
import type { WeightOptions } from "@fovea/dot-product-attention";
import { zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";

/** How much weight each key received from all queries together: where it is large for the first key, there is an attention sink;
 *  where it is small, a key may be dropped from a cache. Memory: the result and one row.
 *  @param query `[batch, heads, queries, headDim]`
 *  @param key `[batch, keyHeads, keys, headDim]`
 *  @returns `[batch, heads, keys]`, float64; sums to `queries` over the keys where every row sums to 1
 *  @see Zhang et al. 2023, "H2O: Heavy-Hitter Oracle" */
export function columnSums(query: Tensor, key: Tensor, options: WeightOptions = {}): Tensor {
  const rows = weightRows(query, key, options);
  const { batch, heads, queries, keys } = rows;
  const sums = zeros([batch, heads, keys], "float64");
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const start = (b * heads + h) * keys;
      for (let q = 0; q < queries; q++) {
        const count = rows.read(b, h, q);
        for (let i = 0; i < count; i++) sums.data[start + rows.row.keys[i]] += rows.row.weights[i];
      }
    }
  }
  return sums;
}
