import { attention, weightRows, type Backend, type Normalizer, type WeightRows } from "@fovea/dot-product-attention";
import { parseFormula } from "@fovea/formula";
import type { Program } from "@fovea/program";
import { tensor, toArray, zeros, type Tensor } from "@fovea/tensor";
import type { Settings } from "../settings/settings.ts";
import { forOneHead } from "./one-head.ts";
import { headDim, type Operands } from "./operands.ts";
import type { PageTables } from "./programs.ts";

/** Some queries of the shown head against all keys. */
interface Call {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly options: { readonly score: Program | null; readonly mask: Program | null; readonly normalizer: Normalizer };
}

export interface Asked {
  readonly settings: Settings;
  readonly operands: Operands;
  readonly tables: PageTables;
}

function call({ settings, operands, tables }: Asked, queries: readonly number[]): Call {
  const { tokens, normalizer } = settings;
  const rows = new Float32Array(queries.length * headDim);
  for (const [row, query] of queries.entries()) {
    rows.set(operands.query.subarray(query * headDim, (query + 1) * headDim), row * headDim);
  }
  const known = { ...tables, sampled: tensor(Int32Array.from(queries)) };
  const read = (kind: "score" | "mask"): Program | null =>
    settings[kind].trim() === "" ? null : parseFormula(forOneHead(settings[kind], settings), { kind, tables: known });
  return {
    query: tensor(rows, { shape: [1, 1, queries.length, headDim] }),
    key: tensor(operands.key, { shape: [1, 1, tokens, headDim] }),
    options: { score: read("score"), mask: read("mask"), normalizer },
  };
}

/** A weight from the pair's changed score and what its row is remembered by. */
export type Weigh = (row: number, changed: number) => number;

/** What turns a changed score into a weight, row by row: for the kinds of softmax one number a row, which the kernel gives; the pointwise kinds need none.
 *  Null for those that must have the row at hand. */
export function weighing(asked: Asked, queries: readonly number[], backend: Backend): Weigh | null {
  const { normalizer, tokens } = asked.settings;
  if (normalizer === "sigmoid") return (_, changed) => 1 / (1 + Math.exp(-changed));
  if (normalizer === "relu") return (_, changed) => Math.max(0, changed);
  if (normalizer !== "softmax" && normalizer !== "softmaxPlusOne") return null;
  const { query, key, options } = call(asked, queries);
  const { logSumExp } = attention(query, key, zeros([1, 1, tokens, 1]), {
    ...options,
    backend,
    returns: { logSumExp: true },
  });
  const sums = toArray(logSumExp!) as number[];
  if (normalizer === "softmax") return (row, changed) => Math.exp(changed - sums[row]);
  // one more key, with a score of 0 and nothing to give (Miller 2023)
  return (row, changed) => Math.exp(changed - Math.max(0, sums[row]) - Math.log1p(Math.exp(-Math.abs(sums[row]))));
}

/** Whole rows by the reference loops. */
export function wholeRows(asked: Asked, queries: readonly number[]): WeightRows {
  const { query, key, options } = call(asked, queries);
  return weightRows(query, key, options);
}
