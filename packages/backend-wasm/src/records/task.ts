import type { Activation } from "@fovea/block-operations";

/** target = activation(source · weight × scale + bias) + residual, for one tile of rows and columns */
const productFields = [
  "source",
  "sourceStride",
  "target",
  "targetStride",
  "rows",
  "columns",
  /** First panel of 8 columns, and bytes from one panel to the next. */
  "weight",
  "panelStride",
  "depth",
  /** One float32 per column each. Residual: one row per row, stride 0 for none. */
  "scale",
  "bias",
  "residual",
  "residualStride",
  /** 1 where relu follows, else 0; other activations are kernels of their own. */
  "relu",
] as const;

/** Plain records, one per task, that JavaScript writes and the kernels of block operations read: 4 bytes a field, an int or a float32.
 *  Addresses are bytes in the module's memory, strides bytes between neighbors. */
export const operationTasks = {
  product: productFields as typeof productFields,
  /** The same for tiles of few rows. */
  fewRowsProduct: productFields as typeof productFields,
  /** Rows brought to mean 0 (unless rms) and size 1, × scale + bias (one float32 per column each). */
  layerNorm: ["source", "sourceStride", "target", "targetStride", "rows", "columns", "scale", "bias", "epsilon"],
  rmsNorm: ["source", "sourceStride", "target", "targetStride", "rows", "columns", "scale", "bias", "epsilon"],
  /** Pairs of numbers turned by the angles of each row's position. */
  rotary: [
    "source",
    "sourceStride",
    "target",
    "targetStride",
    "rows",
    "columns",
    "cos",
    "sin",
    /** int32, the table row of each row. */
    "positions",
    "positionsStride",
    "waves",
    /** 1: pairs of neighbors, 0: first half with second half. */
    "interleaved",
    /** float32: 1, or -1 to turn back. */
    "sign",
  ],
  map: ["source", "sourceStride", "target", "targetStride", "rows", "columns"],
  /** Blocks of bytes, which may overlap. */
  move: ["source", "sourceStride", "target", "targetStride", "rows", "columns"],
  multiply: ["source", "sourceStride", "target", "targetStride", "rows", "columns", "other", "otherStride"],
  add: ["source", "sourceStride", "target", "targetStride", "rows", "columns", "other", "otherStride"],
  /** target = the mean of all rows */
  meanRows: ["source", "sourceStride", "target", "rows", "columns"],
  copy: ["source", "sourceStride", "target", "targetStride", "rows", "columns", "columnStride"],
  /** `columns` columns of `depth` numbers into panels of 8; `sourceStride` from step to step. */
  pack: ["source", "sourceStride", "target", "panelStride", "depth", "columns", "columnStride"],
} as const;

export type OperationKind = keyof typeof operationTasks;
export type OperationField<K extends OperationKind> = (typeof operationTasks)[K][number];

/** What kernels of one kind are told apart by; everything else is read from tasks. */
export interface OperationVariant {
  /** The activation that `map` applies and products end with; null for none. A product without one can also do relu. */
  readonly activation: Activation | null;
  /** Bytes of a product's weight: 4 for float32, 1 for int8. */
  readonly weightBytes: 1 | 4;
}

export const plainVariant: OperationVariant = { activation: null, weightBytes: 4 };

export const operationKinds: readonly OperationKind[] = Object.keys(operationTasks) as OperationKind[];

/** Bytes from one task to the next. */
export const operationTaskBytes = 64;

/** Byte offset of a field in a task. */
export function operationOffset<K extends OperationKind>(kind: K, field: OperationField<K>): number {
  return (operationTasks[kind] as readonly string[]).indexOf(field) * 4;
}

/** Fields that hold a float32. */
export const floatFields: ReadonlySet<string> = new Set(["epsilon", "sign"]);
