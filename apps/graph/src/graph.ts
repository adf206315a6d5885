import type { SparseRows } from "./sparse-rows.ts";

/** A graph whose nodes are to be sorted into classes, some of which are known. */
export interface Graph {
  /** A row of words per node. */
  readonly features: SparseRows;
  /** Nodes linked with each node, itself among them, in ascending order. */
  readonly neighbors: readonly Int32Array[];
  readonly classes: Int32Array;
  /** Nodes to learn from, to stop by and to judge by. */
  readonly training: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
  /** The number under which each node came with the data. */
  readonly names: Int32Array;
}
