import { paddedTo4, paddedTo8 } from "../products/pack.ts";
import { stripRoom, stripRows } from "./strip-shape.ts";
import type { TileShape } from "../forward/tile-shape.ts";

/** Most rows (query heads that share a key head × queries) a strip has. With more, packing keys pays. */
export const mostStripRows = 16;

/** Keys of one task, at most and at least. Every task begins two streams from memory, which takes as long as reading some dozens of keys. */
const [mostKeys, leastKeys] = [2048, 512];
/** Tasks of a call at least, where its keys are as many: what threads share out. */
const leastTasks = 32;

/** Keys of one task: by the sizes of the call alone, so that partial results, and with them every bit of the output, do not depend on the number of threads.
 *  @param strips key heads × batch elements
 *  @param keys of the longest */
export function chunkKeys(strips: number, keys: number): number {
  let chunk = mostKeys;
  while (chunk > leastKeys && strips * Math.ceil(keys / chunk) < leastTasks) chunk /= 2;
  return chunk;
}

/** Keys or values that are widened together from float16; they stay in the first-level cache while all rows read them. */
export const widenedKeys = 16;

/** One unit of work of `decode`: the rows that read one key head, against one chunk of its keys. Fields as in `taskFields`, but for: */
export const decodeFields = [
  "call",
  "query",
  "queryStride",
  /** Bytes from one query head to the next. */
  "headStride",
  "key",
  "keyStride",
  "keyScales",
  "value",
  "valueStride",
  "valueScales",
  /** Where the partial results of the rows go: `partialBytes` each. */
  "partial",
  /** Heads × queries; row r is query r % queries of head `head + r / queries`. */
  "rows",
  "queries",
  "firstQuery",
  "batch",
  "head",
  "runs",
  "runCount",
  "queryScale",
  "unit",
] as const;
export type DecodeField = (typeof decodeFields)[number];

export const decodeBytes: number = decodeFields.length * 4;
export const decodeOffset = (field: DecodeField): number => decodeFields.indexOf(field) * 4;

/** A row's partial result: sums (`paddedTo8(valueDim)` floats), largest score, sum of weights, room for two. */
export const partialBytes = (valueDim: number): number => (paddedTo8(valueDim) + 4) * 4;

/** Scratch memory of a strip: as a tile's, but keys and values only pass through it when they are widened. */
export function decodeShape(headDim: number, valueDim: number): TileShape {
  const keyTile = mostKeys;
  let end = 0;
  const part = (floats: number): number => {
    const start = end;
    end += (floats * 4 + 63) & ~63;
    return start;
  };
  return {
    headDim,
    valueDim,
    microRows: stripRows,
    queryTile: mostStripRows,
    keyTile,
    query: part(mostStripRows * paddedTo4(headDim)),
    key: part(widenedKeys * paddedTo4(headDim)),
    value: part(widenedKeys * paddedTo4(valueDim)),
    // two keys are computed at a time, the last of them perhaps behind the tile
    scores: part(mostStripRows * keyTile + 4),
    seen: part(0),
    seenByAny: part(0),
    sums: part(mostStripRows * paddedTo8(valueDim)),
    maxima: part(mostStripRows),
    totals: part(mostStripRows),
    factors: part(0),
    pairs: part(Math.max(mostStripRows + 8, stripRoom / 4)),
    bytes: end,
  };
}
