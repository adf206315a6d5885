import type { Plan } from "@fovea/dot-product-attention";
import { ModuleBuilder } from "@fovea/wasm-assembler";
import { addBackward } from "../backward/backward.ts";
import { backwardTask, mergeTask } from "../backward/backward-layout.ts";
import { type BackwardShape, backwardShape } from "../backward/backward-shape.ts";
import { createVectorDerivative } from "../programs/create-vector-derivative.ts";
import { mathImport } from "../programs/math-functions.ts";
import { createVectorProgram } from "../programs/create-vector-program.ts";
import { gradientRule } from "../backward/gradient-rule.ts";
import type { Heap } from "../memory/heap.ts";
import { type CallLayout, callLayout } from "../records/layout.ts";
import { addMergeSums } from "../backward/merge-sums.ts";
import { storageOf } from "../memory/operand.ts";
import { addRun } from "../records/run.ts";
import { floatTables } from "../records/table-sums.ts";
import type { Simd } from "../vectors/simd.ts";

/** A plan's backward kernels as bytes, with what JavaScript must know to call them: exports `backward` and `merge`. */
export interface BackwardModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: CallLayout;
  readonly shape: BackwardShape;
}

export function backwardModule(plan: Plan, heap: Heap, simd: Simd): BackwardModule {
  const layout = callLayout(plan);
  const shape = backwardShape(plan.headDim, plan.valueDim, simd);
  const module = new ModuleBuilder(layout.functions.map(mathImport));
  const tables = floatTables(plan);
  const backward = addBackward(module, {
    shape,
    queryType: storageOf(plan.queryType),
    keyType: storageOf(plan.keyType),
    valueType: storageOf(plan.valueType),
    score: plan.score && createVectorDerivative(plan.score, layout, "score", simd, module),
    mask: plan.mask && createVectorProgram(plan.mask, layout, "mask", simd, module),
    probability: plan.probability && createVectorDerivative(plan.probability, layout, "probability", simd, module),
    rule: gradientRule[plan.normalizer],
    tableIndex: (role, name) => tables.findIndex((table) => table.role === role && table.name === name),
    simd,
  });
  addRun(module, "backward", backward, backwardTask.bytes, heap.shared);
  addRun(module, "merge", addMergeSums(module, shape), mergeTask.bytes, heap.shared);
  const bytes = module.encode({ minimum: 1, maximum: heap.maximumPages, shared: heap.shared });
  return { bytes, layout, shape };
}
