import { type Callee, FunctionBody, type Local, ModuleBuilder } from "@fovea/wasm-assembler";
import type { Heap } from "../memory/heap.ts";
import { addRun } from "../records/run.ts";
import { emitActivationRow } from "./activation-row.ts";
import { emitMeanRows } from "./mean-rows.ts";
import { emitNormalizeRow } from "./normalize-row.ts";
import { emitPackPanels } from "./pack-panels.ts";
import { addFewRowsProduct } from "./few-rows-product.ts";
import { addProduct } from "./product.ts";
import { emitRotaryRow } from "./rotary-row.ts";
import { emitCombineRow, emitCopyRow } from "./row-kernels.ts";
import {
  floatFields,
  type OperationField,
  type OperationKind,
  operationOffset,
  operationTaskBytes,
  type OperationVariant,
} from "../records/task.ts";
import type { Simd } from "../vectors/simd.ts";

/** The kernel of one kind of block operations. It depends on no size, so it is compiled once, when it is first asked for. */
export interface OperationModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of scratch memory, for each thread. */
  readonly scratchBytes: number;
}

/** Adds a kernel to a module. */
type AddKernel = (module: ModuleBuilder, variant: OperationVariant, simd: Simd) => AddedKernel;

interface AddedKernel {
  /** Of `kernel(task, scratch)`. */
  readonly index: Callee;
  readonly scratchBytes?: number;
}

const kernels: Readonly<Record<OperationKind, AddKernel>> = {
  product: addProduct,
  fewRowsProduct: addFewRowsProduct,
  layerNorm: (module, _, simd) => ({ index: addNormalize(module, "layerNorm", simd) }),
  rmsNorm: (module, _, simd) => ({ index: addNormalize(module, "rmsNorm", simd) }),
  rotary: (module, _, simd) => ({ index: addRotary(module, simd) }),
  map: (module, variant, simd) => ({ index: addMap(module, variant, simd) }),
  move: (module) => ({ index: addMove(module) }),
  multiply: (module, _, simd) => ({ index: addCombine(module, "multiply", simd) }),
  add: (module, _, simd) => ({ index: addCombine(module, "add", simd) }),
  meanRows: (module, _, simd) => ({ index: addMeanRows(module, simd) }),
  copy: (module, _, simd) => ({ index: addCopy(module, simd) }),
  pack: (module) => ({ index: addPack(module) }),
};

/** A module whose `run` takes tasks of one kind. */
export function operationModule(
  kind: OperationKind,
  variant: OperationVariant,
  heap: Heap,
  simd: Simd,
): OperationModule {
  const module = new ModuleBuilder();
  const { index, scratchBytes = 0 } = kernels[kind](module, variant, simd);
  addRun(module, "run", index, operationTaskBytes, heap.shared);
  return { bytes: module.encode({ minimum: 1, maximum: heap.maximumPages, shared: heap.shared }), scratchBytes };
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

export type RowKind = "layerNorm" | "rmsNorm" | "rotary" | "map" | "move" | "multiply" | "add" | "copy";

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

function addMap(module: ModuleBuilder, { activation }: OperationVariant, simd: Simd): Callee {
  if (activation === null) throw new RangeError("addMap: expected an activation, got none. A program has `mapModule`.");
  const activate = module.add(emitActivationRow(activation, simd));
  return addRows(module, "map", ({ f, source, target }, push) => {
    f.get(source);
    f.get(target);
    push("columns");
    f.call(activate);
  });
}

function addMove(module: ModuleBuilder): Callee {
  return addRows(module, "move", ({ f, source, target }, push) => {
    f.get(target);
    f.get(source);
    push("columns");
    f.op("memory.copy", 0, 0);
  });
}

function addCombine(module: ModuleBuilder, kind: "add" | "multiply", simd: Simd): Callee {
  const combineRow = module.add(emitCombineRow(kind === "add" ? "add" : "mul", simd));
  return addRows(module, kind, ({ f, row, source, target }, push) => {
    f.get(source);
    push("other");
    push("otherStride");
    f.get(row);
    f.op("i32.mul");
    f.op("i32.add");
    f.get(target);
    push("columns");
    f.call(combineRow);
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

function addMeanRows(module: ModuleBuilder, simd: Simd): Callee {
  const meanRows = module.add(emitMeanRows(module.add(emitCombineRow("add", simd)), simd));
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
