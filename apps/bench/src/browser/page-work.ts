/** Attention that a page does with both libraries: eight heads of 64. */
export interface PageWork {
  readonly length: number;
  readonly mask: "none" | "causal";
  /** Of either library; more than one needs a page that is cross-origin isolated. */
  readonly threads: number;
  /** An ONNX model of one Attention node. */
  readonly model: readonly number[];
  readonly rounds: number;
  /** Milliseconds of a turn. */
  readonly turn: number;
}

/** A number for each round: milliseconds of a run, and what the microkernel of 128 bits does on one thread. */
export interface PageTimes {
  readonly fovea: readonly number[];
  readonly onnxruntime: readonly number[];
  readonly microkernelGflops: readonly number[];
  /** Threads of Fovea that were up. */
  readonly threads: number;
  /** How far the libraries' numbers are apart. */
  readonly difference: number;
}
