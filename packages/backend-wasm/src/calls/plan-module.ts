import type { Plan } from "@fovea/dot-product-attention";
import { ModuleBuilder } from "@fovea/wasm-assembler";
import { addDecode } from "../decode/decode.ts";
import { decodeBytes, decodeShape } from "../decode/decode-layout.ts";
import { addForward } from "../forward/forward.ts";
import type { Heap } from "../memory/heap.ts";
import { type CallLayout, callLayout, type ProgramRole, taskBytes } from "../records/layout.ts";
import { emitMergePartials } from "../decode/merge-partials.ts";
import { storageOf } from "../memory/operand.ts";
import { addRowsForward } from "../forward/whole-row.ts";
import { addRun } from "../records/run.ts";
import { rowsShape, rowsTileBytes, type TileShape, tileShape } from "../forward/tile-shape.ts";
import { mathImport } from "../programs/math-functions.ts";
import { createVectorProgram } from "../programs/create-vector-program.ts";
import type { Simd } from "../vectors/simd.ts";

/** A plan's forward kernel as bytes, with what JavaScript must know to call it. */
export interface PlanModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: CallLayout;
  readonly shape: TileShape;
  /** Bytes of scratch memory that a task needs for each of its key tiles, beside `shape.bytes`; 0 for kernels of one pass. */
  readonly tileBytes: number;
  /** Whether `decode` and `merge` are there, for a few rows against many keys; null when not. */
  readonly strip: TileShape | null;
}

export function planModule(plan: Plan, heap: Heap, simd: Simd): PlanModule {
  const layout = callLayout(plan);
  const { normalizer } = plan;
  const byRows = normalizer === "sparsemax" || normalizer === "entmax15";
  const shape = (byRows ? rowsShape : tileShape)(plan.headDim, plan.valueDim, simd);
  const module = new ModuleBuilder(layout.functions.map(mathImport));
  const vectorProgram = (role: ProgramRole) => plan[role] && createVectorProgram(plan[role], layout, role, simd);
  const parts = {
    shape,
    queryType: storageOf(plan.queryType),
    keyType: storageOf(plan.keyType),
    valueType: storageOf(plan.valueType),
    score: vectorProgram("score"),
    mask: vectorProgram("mask"),
    probability: vectorProgram("probability"),
    simd,
  };
  const forward = byRows
    ? addRowsForward(module, { ...parts, normalizer })
    : addForward(module, { ...parts, normalizer });
  addRun(module, "run", forward, taskBytes, heap.shared);
  const strip =
    !byRows && (plan.probability === null || !normalizer.startsWith("softmax"))
      ? decodeShape(plan.headDim, plan.valueDim)
      : null;
  if (strip && !byRows) {
    const decodeParts = { ...parts, normalizer, shape: strip };
    addRun(module, "decode", addDecode(module, decodeParts), decodeBytes, heap.shared);
    module.add(emitMergePartials(decodeParts), "merge");
  }
  const bytes = module.encode({ minimum: 1, maximum: heap.maximumPages, shared: heap.shared });
  return { bytes, layout, shape, tileBytes: byRows ? rowsTileBytes(shape) : 0, strip };
}
