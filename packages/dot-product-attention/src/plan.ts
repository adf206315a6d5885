import type { Program } from "@fovea/program";
import type { DType } from "@fovea/tensor";

/** How a row of scores becomes weights. One pass over the keys: softmax, softmaxWithSink (a learned extra score per head that takes weight and
 *  gives nothing), softmaxPlusOne (a sink of 0), sigmoid, relu. Whole row at hand: sparsemax, entmax15. */
export type Normalizer = "softmax" | "softmaxWithSink" | "softmaxPlusOne" | "sigmoid" | "relu" | "sparsemax" | "entmax15";

/** Everything a kernel is specialised for, and nothing that changes from call to call: frozen plain data, comparable by `key`, JSON-safe.
 *  Lengths, batch, head counts, scale, tables, sinks and block lists are passed to the kernel at call time. */
export interface Plan {
  readonly version: 1;
  readonly headDim: number;
  readonly valueDim: number;
  /** Storage of query, key and value as they arrive. */
  readonly queryType: DType;
  readonly keyType: DType;
  readonly valueType: DType;
  /** Simplified programs without table values; null = identity (score, probability) or everything visible (mask). */
  readonly score: Program | null;
  readonly mask: Program | null;
  readonly probability: Program | null;
  readonly normalizer: Normalizer;
  /** Canonical text of all of the above. */
  readonly key: string;
}
