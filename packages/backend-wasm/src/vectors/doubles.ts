import type { Local } from "@fovea/wasm-assembler";
import type { Doubles } from "./lanes.ts";
import type { VectorEmitter } from "./vector-emitter.ts";

/** Four equal float64, not to be changed. */
export function fourDoubles(v: VectorEmitter, value: number): Doubles {
  const both = v.doubles(value);
  return { low: both, high: both };
}

/** One computation for both halves. */
export function eachHalf(compute: (half: "low" | "high") => Local): Doubles {
  return { low: compute("low"), high: compute("high") };
}

/** float32 as float64. */
export const widen = (v: VectorEmitter, value: Local): Doubles => ({
  low: v.op("f64x2.promote_low_f32x4", value),
  high: v.op("f64x2.promote_low_f32x4", v.shuffle(value, value, [2, 3, 2, 3])),
});

/** float64 as float32. */
export const narrow = (v: VectorEmitter, { low, high }: Doubles): Local =>
  v.shuffle(v.op("f32x4.demote_f64x2_zero", low), v.op("f32x4.demote_f64x2_zero", high), [0, 1, 4, 5]);

/** Bools, all ones or all zeros, as wide as float64. */
export const widenBools = (v: VectorEmitter, bools: Local): Doubles => ({
  low: v.shuffle(bools, bools, [0, 0, 1, 1]),
  high: v.shuffle(bools, bools, [2, 2, 3, 3]),
});

/** What float64 were compared to, as bools of 32 bits. */
export const narrowBools = (v: VectorEmitter, { low, high }: Doubles): Local => v.shuffle(low, high, [0, 2, 4, 6]);
