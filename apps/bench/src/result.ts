/** What the bench prints and saves; every field is always there. */
export interface Report {
  readonly machine: Machine;
  /** Of Node, Fovea and every library it was timed beside. */
  readonly versions: Readonly<Record<string, string>>;
  readonly limits: Limits;
  readonly results: readonly Result[];
}

/** What one thread can do at best, measured before anything else. */
export interface Limits {
  /** Fovea's microkernel, which WebAssembly lets use 256 bits at most. */
  readonly microkernelGflops: number;
  /** onnxruntime-node's matrix product: native code, as wide as the processor's vectors. */
  readonly nativeGflops: number;
  readonly readGBs: number;
}

export interface Machine {
  readonly processor: string;
  readonly processors: number;
  /** Of the widest vectors that native code can use; null where that cannot be told. */
  readonly vectorBits: number | null;
  readonly memoryBytes: number;
  readonly system: string;
}

/** One row. Null where there is no such number. */
export interface Result {
  readonly id: string;
  /** Median milliseconds of a run, and the interquartile range. */
  readonly ms: number | null;
  readonly spread: number | null;
  /** Of the visible pairs alone. */
  readonly gflops: number | null;
  /** Fraction of what the machine could do in the same rounds: the microkernel's rate, or the read bandwidth for decoding. */
  readonly ofLimit: number | null;
  /** Memory beyond inputs and results, or what a block mask holds. */
  readonly bytes: number | null;
  /** Rival's time / ours; the best native operator comes first. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Ratios whose middle half lies further apart than 6 % of them, by how much: not to be relied on. */
  readonly noisy: Readonly<Record<string, number>>;
  readonly target: string;
  /** Null for a row without a target. */
  readonly met: boolean | null;
  /** What limits a row that misses its target, who failed and why. */
  readonly note: string;
}
