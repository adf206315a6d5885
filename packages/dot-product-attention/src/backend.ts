import type { BlockMask } from "@fovea/masking";
import type { Tensor } from "@fovea/tensor";
import type { Plan } from "./plan.ts";

/** Table contents of the three programs of a plan, by table name. */
export interface PlanTables {
  readonly score: Readonly<Record<string, Tensor>>;
  readonly mask: Readonly<Record<string, Tensor>>;
  readonly probability: Readonly<Record<string, Tensor>>;
}

/** What one call brings to a compiled kernel. Shapes have been checked against the plan before a kernel sees them. */
export interface Call {
  /** `[batch, heads, queries, headDim]` */
  readonly query: Tensor;
  /** `[batch, keyHeads, keys, headDim]` */
  readonly key: Tensor;
  /** `[batch, keyHeads, keys, valueDim]` */
  readonly value: Tensor;
  readonly scale: number;
  /** Absolute index of the first query of each batch element, `[batch]`; the number of cached keys when there is a cache. May be negative. */
  readonly queryOffsets: Int32Array;
  /** Rows and keys that exist in each batch element, `[batch]`; the rest is padding: outputs 0, never attended. */
  readonly queryLengths: Int32Array;
  readonly keyLengths: Int32Array;
  readonly tables: PlanTables;
  /** `[heads]`, for softmaxWithSink. */
  readonly sinks: Tensor | null;
  /** Blocks that the mask lets through, for the queries of this call; null = every pair is asked. A backend may make its own in its own block sizes. */
  readonly blockMask: BlockMask | null;
}

export interface Forward {
  /** `[batch, heads, queries, valueDim]` */
  readonly output: Tensor;
  /** Natural log of the normaliser's sum, `[batch, heads, queries]`; -Infinity for a row that sees nothing. For normalisers without a sum: NaN-free zeros are never returned, the field is null. */
  readonly logSumExp: Tensor | null;
  /** Largest changed score of each row, `[batch, heads, queries]`; -Infinity for a row that sees nothing. */
  readonly rowMaximum: Tensor;
}

export interface Gradients {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** One per float table of the score and probability programs, in the table's shape. */
  readonly tables: { readonly score: Readonly<Record<string, Tensor>>; readonly probability: Readonly<Record<string, Tensor>> };
  readonly sinks: Tensor | null;
}

export interface Kernel {
  forward(call: Call): Forward;
  /** @param forward what this kernel's forward gave for the same call
   *  @param outputGradient `[batch, heads, queries, valueDim]` */
  backward(call: Call, forward: Forward, outputGradient: Tensor): Gradients;
  dispose(): void;
}

/** A place where attention runs. `compile` may keep kernels by `plan.key`. */
export interface Backend {
  readonly name: string;
  compile(plan: Plan): Kernel;
  dispose(): void;
}
