import { type Callee, FunctionBody, type Local, ModuleBuilder } from "@fovea/wasm-assembler";
import type { Heap } from "../memory/heap.ts";
import { addRun } from "../records/run.ts";
import { activations } from "@fovea/block-operations";
import { emitActivationRow } from "./activation-row.ts";
import { emitMeanRows } from "./mean-rows.ts";
import { emitNormalizeRow } from "./normalize-row.ts";
import { emitPackPanels, emitWidenPanel } from "./pack-panels.ts";
import { addFewRowsProduct } from "./few-rows-product.ts";
import { addFinishRows } from "./finish-rows.ts";
import { addProduct } from "./product.ts";
import { fewRowsProductShape, type ProductShape, productShape } from "./product-shape.ts";
import { emitRotaryRow } from "./rotary-row.ts";
import { emitAddRow, emitCopyRow } from "./row-kernels.ts";
import {
  floatFields,
  type OperationField,
  type OperationKind,
  operationKinds,
  operationOffset,
  operationTaskBytes,
} from "../records/task.ts";
import type { Simd } from "../vectors/simd.ts";

/** All block operations as one module: its kernels depend on no size, so it is compiled once. */
export interface OperationsModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly shape: ProductShape;
  /** Of scratch memory, for each thread. */
  readonly scratchBytes: number;
}

export function operationsModule(heap: Heap, simd: Simd): OperationsModule {
  const module = new ModuleBuilder();
  const shape = productShape(simd);
  const fewRowsShape = fewRowsProductShape(simd);
  const activate = activations.map((activation) => module.add(emitActivationRow(activation, simd)));
  const addRow = module.add(emitAddRow(simd));
  const parts = { finishRows: addFinishRows(module, simd), widen: module.add(emitWidenPanel()) };
  const kernels: Readonly<Record<OperationKind, Callee>> = {
    product: addProduct(module, parts, shape, simd),
    fewRowsProduct: addFewRowsProduct(module, parts, fewRowsShape, simd),
    layerNorm: addNormalize(module, "layerNorm", simd),
    rmsNorm: addNormalize(module, "rmsNorm", simd),
    rotary: addRotary(module, simd),
    map: addMap(module, activate),
    add: addAdd(module, addRow),
    meanRows: addMeanRows(module, addRow, simd),
    copy: addCopy(module, simd),
    pack: addPack(module),
  };
  const f = new FunctionBody(["i32", "i32"]);
  const [task, scratch] = [f.parameter(0), f.parameter(1)];
  for (const [index, kind] of operationKinds.entries()) {
    f.get(task);
    f.memory("i32.load");
    f.i32(index);
    f.op("i32.eq");
    f.if(() => {
      f.get(task);
      f.get(scratch);
      f.call(kernels[kind]);
    });
  }
  addRun(module, "run", module.add(f), operationTaskBytes, heap.shared);
  const bytes = module.encode({ minimum: 1, maximum: heap.maximumPages, shared: heap.shared });
  return { bytes, shape, scratchBytes: Math.max(shape.bytes, fewRowsShape.bytes) };
}

/** Reads fields of a task. */
function reader<K extends OperationKind>(f: FunctionBody, kind: K): (field: OperationField<K>) => void {
  return (field) => {
    f.get(f.parameter(0));
    f.memory(floatFields.has(field) ? "f32.load" : "i32.load", operationOffset(kind, field));
  };
}

export interface Rows {
  readonly f: FunctionBody;
  readonly row: Local;
  readonly source: Local;
  readonly target: Local;
}

export type RowKind = "layerNorm" | "rmsNorm" | "rotary" | "map" | "add" | "copy";

/** A kernel that does the same to every row. */
export function addRows<K extends RowKind>(
  module: ModuleBuilder,
  kind: K,
  body: (rows: Rows, push: (field: OperationField<K>) => void) => void,
): Callee {
  const f = new FunctionBody(["i32", "i32"]);
  const push = reader(f, kind);
  const load = (field: "source" | "target" | "rows"): Local => {
    const local = f.local("i32");
    push(field as OperationField<K>);
    f.set(local);
    return local;
  };
  const [source, target, rows] = [load("source"), load("target"), load("rows")];
  const row = f.local("i32");
  f.assign(row, 0);
  f.forRange(row, rows, 1, () => {
    body({ f, row, source, target }, push);
    for (const [pointer, stride] of [
      [source, "sourceStride"],
      [target, "targetStride"],
    ] as const) {
      f.get(pointer);
      push(stride as OperationField<K>);
      f.op("i32.add");
      f.set(pointer);
    }
  });
  return module.add(f);
}

function addNormalize(module: ModuleBuilder, kind: "layerNorm" | "rmsNorm", simd: Simd): Callee {
  const normalizeRow = module.add(emitNormalizeRow(kind === "layerNorm", simd));
  return addRows(module, kind, ({ f, source, target }, push) => {
    f.get(source);
    f.get(target);
    for (const field of ["columns", "scale", "bias", "epsilon"] as const) push(field);
    f.call(normalizeRow);
  });
}

function addRotary(module: ModuleBuilder, simd: Simd): Callee {
  const rotaryRow = module.add(emitRotaryRow(simd));
  return addRows(module, "rotary", ({ f, row, source, target }, push) => {
    const table = (field: "cos" | "sin"): void => {
      push(field);
      push("positions");
      f.get(row);
      push("positionsStride");
      f.op("i32.mul");
      f.op("i32.add");
      f.memory("i32.load");
      push("waves");
      f.op("i32.mul");
      f.i32(2);
      f.op("i32.shl");
      f.op("i32.add");
    };
    f.get(source);
    f.get(target);
    push("columns");
    table("cos");
    table("sin");
    for (const field of ["waves", "interleaved", "sign"] as const) push(field);
    f.call(rotaryRow);
  });
}

function addMap(module: ModuleBuilder, activate: readonly Callee[]): Callee {
  return addRows(module, "map", ({ f, source, target }, push) => {
    for (const [index, kernel] of activate.entries()) {
      push("activation");
      f.i32(index);
      f.op("i32.eq");
      f.if(() => {
        f.get(source);
        f.get(target);
        push("columns");
        f.call(kernel);
      });
    }
  });
}

function addAdd(module: ModuleBuilder, addRow: Callee): Callee {
  return addRows(module, "add", ({ f, row, source, target }, push) => {
    f.get(source);
    push("other");
    push("otherStride");
    f.get(row);
    f.op("i32.mul");
    f.op("i32.add");
    f.get(target);
    push("columns");
    f.call(addRow);
  });
}

function addCopy(module: ModuleBuilder, simd: Simd): Callee {
  const copyRow = module.add(emitCopyRow(simd));
  return addRows(module, "copy", ({ f, source, target }, push) => {
    f.get(source);
    f.get(target);
    push("columns");
    push("columnStride");
    f.call(copyRow);
  });
}

function addMeanRows(module: ModuleBuilder, addRow: Callee, simd: Simd): Callee {
  const meanRows = module.add(emitMeanRows(addRow, simd));
  return addCall(module, "meanRows", ["source", "sourceStride", "target", "rows", "columns"], meanRows);
}

function addPack(module: ModuleBuilder): Callee {
  const fields = ["source", "sourceStride", "target", "panelStride", "depth", "columns", "columnStride"] as const;
  return addCall(module, "pack", fields, module.add(emitPackPanels()));
}

/** A kernel that is one call with fields of the task. */
function addCall<K extends OperationKind>(
  module: ModuleBuilder,
  kind: K,
  fields: readonly OperationField<K>[],
  kernel: Callee,
): Callee {
  const f = new FunctionBody(["i32", "i32"]);
  for (const field of fields) reader(f, kind)(field);
  f.call(kernel);
  return module.add(f);
}
