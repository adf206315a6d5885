import { hasRelaxedSimd } from "./relaxed-simd.ts";
import { hasWideVectors } from "./wide-vectors.ts";

/** The vector instructions that kernels are written for. Results depend on them by rounding only. */
export interface Simd {
  /** Fused multiply-add of relaxed SIMD, or multiply then add. */
  readonly relaxed: boolean;
  /** Whether the engine makes one instruction of 256 bits where two of 128 stand side by side (see `enableWideVectors`): then kernels take twice as much
   *  at a time, which without it would not fit into the registers. */
  readonly wide: boolean;
}

/** What options ask for, else what the engine has. */
export function chooseSimd(options: { readonly relaxedSimd?: boolean; readonly wideVectors?: boolean }): Simd {
  const { relaxedSimd: relaxed = hasRelaxedSimd() } = options;
  const { wideVectors: wide = relaxed && hasWideVectors() } = options;
  return { relaxed, wide };
}
