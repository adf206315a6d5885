import type { Callee, ModuleBuilder } from "@fovea/wasm-assembler";
import type { ForwardParts } from "../forward/forward.ts";
import { emitSoftmaxRow } from "../forward/softmax-row.ts";
import { emitWeightRow } from "../forward/weight-row.ts";
import type { Storage } from "../memory/storage.ts";
import { emitCopyRows, emitFinite } from "../products/pack.ts";
import { emitScoreRow } from "../programs/score-row.ts";
import type { DecodeShape } from "./decode-layout.ts";
import { stripRows } from "./strip-shape.ts";
import { emitStripScores } from "./strip-scores.ts";
import { emitStripSums } from "./strip-sums.ts";

/** A forward kernel's, but for the shape. */
export type DecodeParts = Omit<ForwardParts, "shape"> & { readonly shape: DecodeShape };

/** Keys or values, as strips read them. */
export interface StripOperand {
  readonly name: "key" | "value";
  readonly size: number;
  readonly storage: Exclude<Storage, "float16">;
  /** float16 takes many steps to widen, so all rows share them; others are widened as they are read. */
  readonly widen: Callee | null;
}

/** The functions that `decode` calls. */
export interface DecodeFunctions {
  readonly copyQuery: Callee;
  readonly key: StripOperand;
  readonly value: StripOperand;
  /** By rows, less 1. */
  readonly stripScores: readonly Callee[];
  readonly stripSums: readonly Callee[];
  /** For one row, leaving out values that weigh 0. */
  readonly seenSums: Callee;
  readonly wholeRow: Callee;
  readonly partialRow: Callee;
  /** One of the two. */
  readonly softmaxRow: Callee | null;
  readonly weightRow: Callee | null;
  readonly finite: Callee;
}

export function addDecodeFunctions(module: ModuleBuilder, parts: DecodeParts): DecodeFunctions {
  const { shape, score, mask, probability, traits, simd } = parts;
  const { headDim, valueDim, keyTile } = shape;
  const rule = traits.remembers === null ? traits.rule : null;
  const copyQuery = module.add(emitCopyRows(headDim, parts.queryType, true));
  const operand = (name: "key" | "value", type: Storage, size: number): StripOperand =>
    type === "float16"
      ? { name, size, storage: "float32", widen: module.add(emitCopyRows(size, type, false)) }
      : { name, size, storage: type, widen: null };
  const key = operand("key", parts.keyType, headDim);
  const value = operand("value", parts.valueType, valueDim);
  const counts = Array.from({ length: stripRows }, (_, index) => index + 1);
  const strip = { headDim, valueDim, scoreStride: keyTile * 4, simd };
  const sums = { ...strip, storage: value.storage };
  // Softmax's totals tell of NaN by themselves.
  const row = { score, keepsNaN: rule !== null, simd };
  return {
    copyQuery,
    key,
    value,
    stripScores: counts.map((rows) => module.add(emitStripScores({ ...strip, storage: key.storage, rows }))),
    stripSums: counts.map((rows) => module.add(emitStripSums({ ...sums, rows }, false))),
    seenSums: module.add(emitStripSums({ ...sums, rows: 1 }, true)),
    wholeRow: module.add(emitScoreRow({ ...row, seen: "all" })),
    partialRow: module.add(emitScoreRow({ ...row, seen: { mask } })),
    softmaxRow: rule ? null : module.add(emitSoftmaxRow(shape, simd)),
    weightRow: rule && module.add(emitWeightRow(rule, probability, simd)),
    finite: module.add(emitFinite()),
  };
}
