import { weightRows } from "@fovea/dot-product-attention";
import type { WeightOptions } from "@fovea/dot-product-attention";
import { full, zeros, wholeNumber } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { InspectionError } from "./inspection-error.ts";

export interface TopKeys {
  /** `[batch, heads, queries, count]`, int32: key indices, most weight first; -1 where a row sees fewer keys. */
  readonly keys: Tensor;
  /** `[batch, heads, queries, count]`, float64: their weights; 0 where a row sees fewer keys. */
  readonly weights: Tensor;
}

/** The keys that each query gives most weight to; of equal weights the earlier key comes first. Memory: the result and one row.
 *  @param query `[batch, heads, queries, headDim]`
 *  @param key `[batch, keyHeads, keys, headDim]`
 *  @param count how many keys per query
 *  @throws {InspectionError} when count is no whole number of at least 1 */
export function topKeys(query: Tensor, key: Tensor, count: number, options: WeightOptions = {}): TopKeys {
  wholeNumber("topKeys", "count", count, 1, undefined, InspectionError);
  const rows = weightRows(query, key, options);
  const { batch, heads, queries } = rows;
  const keys = full([batch, heads, queries, count], -1, "int32");
  const weights = zeros([batch, heads, queries, count], "float64");
  for (let row = 0; row < batch * heads * queries; row++) {
    const seen = rows.read(Math.floor(row / (heads * queries)), Math.floor(row / queries) % heads, row % queries);
    const start = row * count;
    let kept = 0;
    for (let i = 0; i < seen; i++) {
      const weight = rows.row.weights[i];
      // insert where it belongs among the best so far; most pairs stop here at once
      if (kept === count && !(weight > weights.data[start + count - 1])) continue;
      let place = kept < count ? kept++ : count - 1;
      for (; place > 0 && weights.data[start + place - 1] < weight; place--) {
        weights.data[start + place] = weights.data[start + place - 1];
        keys.data[start + place] = keys.data[start + place - 1];
      }
      weights.data[start + place] = weight;
      keys.data[start + place] = rows.row.keys[i];
    }
  }
  return { keys, weights };
}
