import type { Plan } from "@fovea/dot-product-attention";
import { ModuleBuilder } from "./assembler.ts";
import { addForward } from "./forward.ts";
import { BackendError } from "./backend-error.ts";
import type { Heap } from "./heap.ts";
import { type CallLayout, callLayout, type ProgramRole, taskBytes } from "./layout.ts";
import { storageOf } from "./operand.ts";
import { addRun } from "./run.ts";
import { type TileShape, tileShape } from "./tile-shape.ts";
import { createVectorProgram } from "./create-vector-program.ts";

/** A plan's forward kernel as bytes, with what JavaScript must know to call it. */
export interface PlanModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: CallLayout;
  readonly shape: TileShape;
}

export function planModule(plan: Plan, heap: Heap, relaxed: boolean): PlanModule {
  const layout = callLayout(plan);
  const shape = tileShape(plan.headDim, plan.valueDim, relaxed);
  const module = new ModuleBuilder();
  const { normalizer } = plan;
  if (normalizer === "sparsemax" || normalizer === "entmax15")
    throw new BackendError(`backend-wasm: no ${normalizer}.`);
  const vectorProgram = (role: ProgramRole) => plan[role] && createVectorProgram(plan[role], layout, role, relaxed);
  const forward = addForward(module, {
    shape,
    queryType: storageOf(plan.queryType),
    keyType: storageOf(plan.keyType),
    valueType: storageOf(plan.valueType),
    score: vectorProgram("score"),
    mask: vectorProgram("mask"),
    probability: vectorProgram("probability"),
    normalizer,
    relaxed,
  });
  addRun(module, "run", forward, taskBytes, heap.shared);
  const bytes = module.encode({ minimum: 1, maximum: heap.maximumPages, shared: heap.shared });
  return { bytes, layout, shape };
}
