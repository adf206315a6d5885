import type { Local } from "@fovea/wasm-assembler";

/** Four float64 for four neighboring keys: the first two, and the last two. */
export interface Doubles {
  readonly low: Local;
  readonly high: Local;
}

/** What a program computes for four neighboring keys: float32, ints or bools in one vector, or float64 in two. */
export type Lanes = Local | Doubles;

export const isDoubles = (lanes: Lanes): lanes is Doubles => "low" in lanes;

export const localsOf = (lanes: Lanes): readonly Local[] => (isDoubles(lanes) ? [lanes.low, lanes.high] : [lanes]);
