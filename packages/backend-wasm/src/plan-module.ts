import type { Plan } from "@fovea/dot-product-attention";
import { ModuleBuilder } from "./assembler.ts";
import { addDecode } from "./decode.ts";
import { decodeBytes, decodeShape } from "./decode-layout.ts";
import { addForward } from "./forward.ts";
import type { Heap } from "./heap.ts";
import { type CallLayout, callLayout, type ProgramRole, taskBytes } from "./layout.ts";
import { emitMergePartials } from "./merge-partials.ts";
import { storageOf } from "./operand.ts";
import { addRowsForward } from "./rows-forward.ts";
import { addRun } from "./run.ts";
import { rowsShape, rowsTileBytes, type TileShape, tileShape } from "./tile-shape.ts";
import { createVectorProgram } from "./create-vector-program.ts";
import type { Simd } from "./simd.ts";

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
  const module = new ModuleBuilder();
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
