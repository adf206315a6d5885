/** Plain records in WebAssembly memory that JavaScript writes and the backward kernels read: every field is 4 bytes, an int or a float32. Addresses are
 *  bytes in the module's memory, strides bytes between rows. */

/** One query tile of one head. */
export const backwardTileFields = [
  "call",
  "query",
  "queryStride",
  "key",
  "keyStride",
  "value",
  "valueStride",
  /** What forward gave; read only where a row's mean is taken from it. */
  "output",
  "outputStride",
  "outputGradient",
  "outputGradientStride",
  "queryGradient",
  "queryGradientStride",
  /** Lists of the tile's rows: what scores are weighed by (in; see `emitWeigh`), the means (out). */
  "shifts",
  "factors",
  "means",
  /** Where key 0 would have its sums: eight keys side by side, number d of key k at `(k >> 3) × 32 × size + d × 32 + (k & 7) × 4`. */
  "keySums",
  "valueSums",
  /** List of the addresses at which the table gradients of this task are summed, in float64. */
  "tables",
  /** Rows in the tile, 1 to `queryTile`. */
  "rows",
  /** Absolute index of the tile's first query. */
  "firstQuery",
  "batch",
  "head",
  /** Address of `runCount` triples (first key, end key, full), ascending. */
  "runs",
  "runCount",
  /** float32: what queries are multiplied with before the scores, and their gradients at the end; exponents of 2 in one unit of score, for softmax. */
  "queryScale",
  "scale",
  "unit",
] as const;
export type BackwardTileField = (typeof backwardTileFields)[number];

/** One task: tiles of queries that share a key head, one after another. Its sums for keys and values are its own. */
export const backwardTaskFields = ["tiles", "tileCount", "sums", "sumBytes"] as const;
export type BackwardTaskField = (typeof backwardTaskFields)[number];

/** One task that adds up the sums of several tasks, in their order, and writes the gradients of the keys `firstKey … endKey - 1` of one key head. */
export const mergeFields = [
  /** Address of `partCount` records of four ints: key sums and value sums as in a tile, first key and end key that they hold. */
  "parts",
  "partCount",
  /** A multiple of 8. */
  "firstKey",
  "endKey",
  "keyGradient",
  "keyGradientStride",
  "valueGradient",
  "valueGradientStride",
  /** float32 */
  "scale",
] as const;
export type MergeField = (typeof mergeFields)[number];

export const partBytes = 16;

const fieldOffset =
  <Field extends string>(fields: readonly Field[]) =>
  (field: Field): number =>
    fields.indexOf(field) * 4;

export const backwardTileOffset: (field: BackwardTileField) => number = fieldOffset(backwardTileFields);
export const backwardTaskOffset: (field: BackwardTaskField) => number = fieldOffset(backwardTaskFields);
export const mergeOffset: (field: MergeField) => number = fieldOffset(mergeFields);
