import { RecordLayout } from "../records/record-layout.ts";

/** One query tile of one head. */
const backwardTileFields = {
  call: "int",
  query: "int",
  queryStride: "int",
  key: "int",
  keyStride: "int",
  value: "int",
  valueStride: "int",
  /** What forward gave; read only where a row's mean is taken from it. */
  output: "int",
  outputStride: "int",
  outputGradient: "int",
  outputGradientStride: "int",
  queryGradient: "int",
  queryGradientStride: "int",
  /** Lists of the tile's rows: what scores are weighed by (in; see `emitWeigh`), the means (out). */
  shifts: "int",
  factors: "int",
  means: "int",
  /** Where key 0 would have its sums: eight keys side by side, number d of key k at `(k >> 3) × 32 × size + d × 32 + (k & 7) × 4`. */
  keySums: "int",
  valueSums: "int",
  /** List of the addresses at which the table gradients of this task are summed, in float64. */
  tables: "int",
  /** Rows in the tile, 1 to `queryTile`. */
  rows: "int",
  /** Absolute index of the tile's first query. */
  firstQuery: "int",
  batch: "int",
  head: "int",
  /** Address of `runCount` triples (first key, end key, full), ascending. */
  runs: "int",
  runCount: "int",
  /** What queries are multiplied with before the scores, and their gradients at the end; exponents of 2 in one unit of score, for softmax. */
  queryScale: "float",
  scale: "float",
  unit: "float",
} as const;
export type BackwardTileField = keyof typeof backwardTileFields;
export const backwardTile: RecordLayout<BackwardTileField> = new RecordLayout(backwardTileFields);

/** One task: tiles of queries that share a key head, one after another. Its sums for keys and values are its own. */
const backwardTaskFields = {
  tiles: "int",
  tileCount: "int",
  sums: "int",
  sumBytes: "int",
} as const;
export type BackwardTaskField = keyof typeof backwardTaskFields;
export const backwardTask: RecordLayout<BackwardTaskField> = new RecordLayout(backwardTaskFields);

/** One task that adds up the sums of several tasks, in their order, and writes the gradients of the keys `firstKey … endKey - 1` of one key head. */
const mergeFields = {
  /** Address of `partCount` records of four ints: key sums and value sums as in a tile, first key and end key that they hold. */
  parts: "int",
  partCount: "int",
  /** A multiple of 8. */
  firstKey: "int",
  endKey: "int",
  keyGradient: "int",
  keyGradientStride: "int",
  valueGradient: "int",
  valueGradientStride: "int",
  scale: "float",
} as const;
export type MergeField = keyof typeof mergeFields;
export const mergeTask: RecordLayout<MergeField> = new RecordLayout(mergeFields);

export const partBytes = 16;
