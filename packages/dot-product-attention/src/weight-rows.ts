import type { Tensor } from "@fovea/tensor";
import { checkAttentionOptions } from "./checks/check-attention-options.ts";
import type { AttentionOptions } from "./options.ts";
import { prepareCall } from "./prepare-call.ts";
import { referenceBackend } from "./reference/reference-backend.ts";
import { createWeighedRow } from "./reference/weighed-row.ts";

/** What decides weights: the options of `attention`, less those about values and results. */
export type WeightOptions = Omit<AttentionOptions, "past" | "returns" | "backend"> & {
  /** Cached keys, put before `key`; `value` is not read. */
  readonly past?: { readonly key: Tensor; readonly value?: Tensor } | null | undefined;
};

/** Reads weights row by row, so that whoever sums them up never holds queries × keys of anything. */
export interface WeightRows {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  /** Past ones included. */
  readonly keys: number;
  /** Pair by pair of the row read last, in ascending key order: the key's index, its changed score, and the weight that multiplies its value.
   *  Reused from row to row; only the first `read(…)` entries count. */
  readonly row: { readonly keys: Int32Array; readonly scores: Float64Array; readonly weights: Float64Array };
  /** Reads the weights of one query and returns how many keys it sees. */
  read(batch: number, head: number, query: number): number;
}

/** The weights of `attention` for the same query, key and options, without the values: computed in float64 by the reference loops.
 *  @param query `[batch, heads, queries, headDim]`
 *  @param key `[batch, keyHeads, keys, headDim]`
 *  @throws as `attention` does */
export function weightRows(query: Tensor, key: Tensor, options: WeightOptions = {}): WeightRows {
  checkAttentionOptions(options as AttentionOptions);
  const past = options.past ? { key: options.past.key, value: options.past.key } : null;
  const { plan, call, sizes } = prepareCall(query, key, key, { ...options, past }, referenceBackend);
  const row = createWeighedRow(plan, call);
  const { batch, heads, queries, keys } = sizes;
  return {
    batch,
    heads,
    queries,
    keys,
    row: { keys: row.keys, scores: row.scores, weights: row.probabilities },
    read: row.weigh,
  };
}
