import { readValues } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { InspectionError } from "./inspection-error.ts";

/** Gives every key to one query, the queries in order and each at least one key, so that the weights that keys have in their queries' rows sum to the most: dynamic time
 *  warping, in which a query may last as long as it likes. From the weights of heads that follow what they read, as speech is read, it tells when
 *  each word was said. Time and memory: queries × keys.
 *  @param weights `[queries, keys]`, finite, with at least as many keys as queries
 *  @returns the first key of each query
 *  @throws {InspectionError} when the weights are no such matrix
 *  @see Sakoe & Chiba 1978; the timestamps of Radford et al. 2022 (Whisper) */
export function alignRows(weights: Tensor): number[] {
  const [queries, keys] = weights.shape;
  if (weights.shape.length !== 2 || keys < queries) {
    throw new InspectionError(
      `alignRows: expected weights [queries, keys] with a key for each query, got [${weights.shape.join(", ")}].`,
    );
  }
  const values = readValues(weights);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new InspectionError(`alignRows: expected finite weights, got ${values[i]} at index ${i}.`);
    }
  }
  // best[query]: the most that keys up to the present one can sum to when the present one belongs to query
  let best = new Float64Array(queries).fill(-Infinity);
  const entered = new Uint8Array(keys * queries);
  for (let key = 0; key < keys; key++) {
    const next = new Float64Array(queries).fill(-Infinity);
    for (let query = 0; query < queries; query++) {
      const stay = best[query];
      const enter = query > 0 ? best[query - 1] : key === 0 ? 0 : -Infinity;
      entered[key * queries + query] = enter > stay ? 1 : 0;
      next[query] = Math.max(stay, enter) + values[query * keys + key];
    }
    best = next;
  }
  const starts = new Array<number>(queries).fill(0);
  let query = queries - 1;
  for (let key = keys - 1; key >= 0 && query >= 0; key--) {
    if (entered[key * queries + query] === 1) starts[query--] = key;
  }
  return starts;
}
