import { paddedTo4, paddedTo8 } from "../memory/storage.ts";
import { stripRoom, stripRows } from "./strip-shape.ts";
import type { SoftmaxPlaces } from "../forward/tile-shape.ts";
import { parts } from "../memory/scratch.ts";
import { RecordLayout } from "../records/record-layout.ts";
import type { TileCut } from "../records/task-loop.ts";

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

/** One unit of work of `decode`: the rows that read one key head, against one chunk of its keys. Fields as in `forwardTask`, but for the rows and their partial results. */
const fields = {
  call: "int",
  query: "int",
  queryStride: "int",
  /** Bytes from one query head to the next. */
  headStride: "int",
  key: "int",
  keyStride: "int",
  keyScales: "int",
  value: "int",
  valueStride: "int",
  valueScales: "int",
  /** Where the partial results of the rows go: `partialBytes` each. */
  partial: "int",
  /** Heads × queries; row r is query r % queries of head `head + r / queries`. */
  rows: "int",
  queries: "int",
  firstQuery: "int",
  batch: "int",
  head: "int",
  runs: "int",
  runCount: "int",
  queryScale: "float",
  unit: "float",
} as const;
export type DecodeField = keyof typeof fields;

export const decodeTask: RecordLayout<DecodeField> = new RecordLayout(fields);

/** One unit of work of `merge`: rows whose partial results over several chunks become their results over all, see `emitMergePartials`. */
const merged = {
  partial: "int",
  chunks: "int",
  stride: "int",
  rows: "int",
  output: "int",
  maxima: "int",
  totals: "int",
  sinks: "int",
  unit: "float",
} as const;
export type MergeField = keyof typeof merged;

export const mergeTask: RecordLayout<MergeField> = new RecordLayout(merged);

/** A row's partial result: sums (`paddedTo8(valueDim)` floats), largest score, sum of weights, room for two. */
export const partialBytes = (valueDim: number): number => (paddedTo8(valueDim) + 4) * 4;

/** Scratch memory of a strip: keys and values only pass through it when they are widened. */
export interface DecodeShape extends TileCut, SoftmaxPlaces {
  readonly headDim: number;
  /** Query rows, `paddedTo4(headDim)` floats each, scaled. */
  readonly query: number;
  /** Widened keys and values of one block. */
  readonly key: number;
  readonly value: number;
  /** Scores, then weights: `keyTile` floats a row. */
  readonly scores: number;
  /** Sums of weighted values, `paddedTo8(valueDim)` floats a row. */
  readonly sums: number;
  readonly bytes: number;
}

export function decodeShape(headDim: number, valueDim: number): DecodeShape {
  const keyTile = mostKeys;
  const places = parts({
    query: mostStripRows * paddedTo4(headDim),
    key: widenedKeys * paddedTo4(headDim),
    value: widenedKeys * paddedTo4(valueDim),
    // two keys are computed at a time, the last of them perhaps behind the tile
    scores: mostStripRows * keyTile + 4,
    sums: mostStripRows * paddedTo8(valueDim),
    maxima: mostStripRows,
    totals: mostStripRows,
    pairs: Math.max(mostStripRows + 8, stripRoom / 4),
  });
  return { headDim, valueDim, microRows: stripRows, keyTile, ...places };
}
