import type { Program } from "@fovea/program";
import { FunctionBody, ModuleBuilder } from "@fovea/wasm-assembler";
import { mathImport } from "../programs/math-functions.ts";
import { pairValue } from "../programs/vector-program.ts";
import { createVectorProgram } from "../programs/create-vector-program.ts";
import type { Heap } from "../memory/heap.ts";
import { callLayout } from "../records/layout.ts";
import { addRun } from "../records/run.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { addRows } from "./operation-module.ts";
import { emitRow } from "./row-loop.ts";
import { operationTaskBytes } from "../records/task.ts";
import type { Simd } from "../vectors/simd.ts";

/** A module whose `run` takes `map` tasks and applies a program of score alone to every number. */
export function mapModule(program: Program, heap: Heap, simd: Simd): Uint8Array<ArrayBuffer> {
  const layout = callLayout({ score: program, mask: null, probability: null });
  const module = new ModuleBuilder(layout.functions.map(mathImport));
  const vector = createVectorProgram(program, layout, "score", simd, module);
  const f = new FunctionBody();
  const { source, target, columns } = f.parameters({ source: "i32", target: "i32", columns: "i32" });
  const v = new VectorEmitter(f, simd);
  const none = f.local("i32");
  vector.emitRow(f, { call: none, batch: none, head: none, query: none });
  const keys = v.ints(0);
  emitRow(f, simd, columns, [source, target], (part, [from, to]) => {
    part.store(to, v.value(pairValue(f, vector, v.value(part.load(from)), keys)));
  });
  const mapRow = module.add(f);
  const map = addRows(module, "map", ({ f: body, source: from, target: to }, push) => {
    body.get(from);
    body.get(to);
    push("columns");
    body.call(mapRow);
  });
  addRun(module, "run", map, operationTaskBytes, heap.shared);
  return module.encode({ minimum: 1, maximum: heap.maximumPages, shared: heap.shared });
}
