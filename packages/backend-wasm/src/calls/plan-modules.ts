import { normalizerTraits, type Plan } from "@fovea/dot-product-attention";
import { ModuleBuilder } from "@fovea/wasm-assembler";
import { addDecode } from "../decode/decode.ts";
import { type DecodeShape, decodeShape, decodeTask, mergeTask } from "../decode/decode-layout.ts";
import { addForward } from "../forward/forward.ts";
import type { Heap } from "../memory/heap.ts";
import { type CallLayout, callLayout, forwardTask, type ProgramRole } from "../records/layout.ts";
import { addMergePartials } from "../decode/merge-partials.ts";
import { storageOf } from "../memory/operand.ts";
import { addWholeRowForward } from "../forward/whole-row.ts";
import { addRun } from "../records/run.ts";
import { type TileShape, tileShape, wholeRowShape, wholeRowTileBytes } from "../forward/tile-shape.ts";
import { mathImport } from "../programs/math-functions.ts";
import { createVectorProgram } from "../programs/create-vector-program.ts";
import type { Simd } from "../vectors/simd.ts";

/** What JavaScript must know of a plan to call its kernels. */
export interface PlanShape {
  readonly layout: CallLayout;
  readonly shape: TileShape;
  /** Bytes of scratch memory that a task needs for each of its key tiles, beside `shape.bytes`; 0 for kernels of one pass. */
  readonly tileBytes: number;
  /** Where there is a decode module, for a few rows against many keys; null where there is none. */
  readonly strip: DecodeShape | null;
}

export function planShape(plan: Plan, simd: Simd): PlanShape {
  const { normalizer, headDim, valueDim, probability } = plan;
  const { remembers } = normalizerTraits[normalizer];
  const wholeRow = remembers === "threshold";
  const shape = (wholeRow ? wholeRowShape : tileShape)(headDim, valueDim, simd);
  const hasStrip = !wholeRow && (probability === null || remembers === null);
  return {
    layout: callLayout(plan),
    shape,
    tileBytes: wholeRow ? wholeRowTileBytes(shape) : 0,
    strip: hasStrip ? decodeShape(headDim, valueDim) : null,
  };
}

/** The module whose `run` takes tiles of queries. */
export function forwardModule(plan: Plan, shape: PlanShape, heap: Heap, simd: Simd): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder(shape.layout.functions.map(mathImport));
  const parts = { ...kernelParts(plan, shape.layout, simd, module), shape: shape.shape };
  const traits = normalizerTraits[plan.normalizer];
  const forward =
    traits.remembers === "threshold"
      ? addWholeRowForward(module, { ...parts, traits })
      : addForward(module, { ...parts, traits });
  addRun(module, "run", forward, forwardTask.bytes, heap.shared);
  return module.encode({ minimum: 1, maximum: heap.maximumPages, shared: heap.shared });
}

/** The module for a few rows against many keys: `decode` takes tasks, `merge` joins what they give. */
export function decodeModule(
  plan: Plan,
  { layout, strip }: PlanShape,
  heap: Heap,
  simd: Simd,
): Uint8Array<ArrayBuffer> {
  const traits = normalizerTraits[plan.normalizer];
  if (strip === null || traits.remembers === "threshold")
    throw new RangeError("decodeModule: expected a plan whose `strip` is not null.");
  const module = new ModuleBuilder(layout.functions.map(mathImport));
  const parts = { ...kernelParts(plan, layout, simd, module), traits, shape: strip };
  addRun(module, "decode", addDecode(module, parts), decodeTask.bytes, heap.shared);
  addRun(module, "merge", addMergePartials(module, parts), mergeTask.bytes, heap.shared);
  return module.encode({ minimum: 1, maximum: heap.maximumPages, shared: heap.shared });
}

/** What a plan's kernels are specialised for. */
function kernelParts(plan: Plan, layout: CallLayout, simd: Simd, module: ModuleBuilder) {
  const vectorProgram = (role: ProgramRole) =>
    plan[role] && createVectorProgram(plan[role], layout, role, simd, module);
  return {
    queryType: storageOf(plan.queryType),
    keyType: storageOf(plan.keyType),
    valueType: storageOf(plan.valueType),
    score: vectorProgram("score"),
    mask: vectorProgram("mask"),
    probability: vectorProgram("probability"),
    simd,
  };
}
