import type { Call, PlanTables } from "@fovea/dot-product-attention";
import type { Program } from "@fovea/program";
import type { Tensor } from "@fovea/tensor";

/** A call with every option at its default, for tests that speak to a kernel themselves. */
export function createCall(
  operands: { readonly query: Tensor; readonly key: Tensor; readonly value: Tensor },
  options: Partial<Call> = {},
): Call {
  const [batch, , queries, headDim] = operands.query.shape;
  const keys = operands.key.shape[2];
  return {
    ...operands,
    scale: 1 / Math.sqrt(headDim),
    queryOffsets: new Int32Array(batch),
    queryLengths: new Int32Array(batch).fill(queries),
    keyLengths: new Int32Array(batch).fill(keys),
    tables: { score: {}, mask: {}, probability: {} },
    sinks: null,
    blockMask: null,
    returnLogSumExp: false,
    backwardFollows: false,
    mayHide: true,
    renew: () => {},
    ...options,
  };
}

/** The tables that came with the programs of a plan. */
export function tablesFrom(programs: Partial<Readonly<Record<keyof PlanTables, Program>>>): PlanTables {
  const { score, mask, probability } = programs;
  return { score: score?.values ?? {}, mask: mask?.values ?? {}, probability: probability?.values ?? {} };
}
