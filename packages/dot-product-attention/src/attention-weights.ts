import { checkOptions, wholeNumber, zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { AttentionError } from "./attention-error.ts";
import { weightRows } from "./weight-rows.ts";
import type { WeightOptions } from "./weight-rows.ts";

/** Which weights of one head to look at. */
export interface WeightTile {
  /** Default 0. */
  readonly batch?: number;
  /** Default 0. */
  readonly head?: number;
  /** Rows `from … to - 1`, counted from 0 in the call; default all. */
  readonly queries?: readonly [from: number, to: number];
  /** Keys `from … to - 1`, past ones included; default all. */
  readonly keys?: readonly [from: number, to: number];
  /** "weight" (default): what multiplies the values. "score": the changed score, -Infinity where nothing is seen. */
  readonly stage?: "weight" | "score";
}

/** A tile of the queries × keys matrix that attention never makes. Memory: the tile and one row.
 *  @param query `[batch, heads, queries, headDim]`
 *  @param key `[batch, keyHeads, keys, headDim]`
 *  @returns `[to - from, to - from]`, float64 when query or key is, else float32
 *  @throws {AttentionError} when the tile lies outside; otherwise as `attention` does */
export function attentionWeights(
  query: Tensor,
  key: Tensor,
  options: WeightOptions = {},
  tile: WeightTile = {},
): Tensor {
  checkOptions<WeightTile>(
    "attentionWeights",
    tile,
    { batch: true, head: true, queries: true, keys: true, stage: true },
    { example: "attentionWeights(query, key, {}, { head: 1 })", Refuse: AttentionError },
  );
  const rows = weightRows(query, key, options);
  const { batch = 0, head = 0, stage = "weight" } = tile;
  const [firstQuery, endQuery] = checkRange("queries", tile.queries, rows.queries);
  const [firstKey, endKey] = checkRange("keys", tile.keys, rows.keys);
  wholeNumber("attentionWeights", "batch", batch, 0, rows.batch - 1, AttentionError);
  wholeNumber("attentionWeights", "head", head, 0, rows.heads - 1, AttentionError);
  if (stage !== "weight" && stage !== "score") {
    throw new AttentionError(`attentionWeights: expected stage "weight" or "score", got "${String(stage)}".`);
  }
  const width = endKey - firstKey;
  const dtype = query.dtype === "float64" || key.dtype === "float64" ? "float64" : "float32";
  const weights = zeros([endQuery - firstQuery, width], dtype);
  if (stage === "score") weights.data.fill(-Infinity);
  const { keys, [stage === "score" ? "scores" : "weights"]: values } = rows.row;
  for (let q = firstQuery; q < endQuery; q++) {
    const count = rows.read(batch, head, q);
    for (let i = 0; i < count; i++) {
      if (keys[i] < firstKey || keys[i] >= endKey) continue;
      weights.data[(q - firstQuery) * width + keys[i] - firstKey] = values[i];
    }
  }
  return weights;
}

function checkRange(
  name: string,
  range: readonly [number, number] | undefined,
  count: number,
): readonly [number, number] {
  const [from, to] = range ?? [0, count];
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= count) return [from, to];
  throw new AttentionError(
    `attentionWeights: expected ${name} [from, to] within 0 to ${count}, got [${String(from)}, ${String(to)}].`,
  );
}
