import { f32x4, type FunctionBody, i32x4, type Local, tee, type Value } from "@fovea/wasm-assembler";
import type { Simd } from "./simd.ts";

/** Coefficients of 2^x on [-1/2, 1/2], lowest first: the polynomial of degree 5 with the smallest largest relative error (7.5e-8), found by
 *  Remez exchange. */
const coefficients = [
  1.0000000716546413, 0.6931469670652637, 0.24022119723969199, 0.05550713272876709, 0.009675541331021088,
  0.0013276472167501644,
] as const;

/** 1.5 × 2^23: a float this large has no fraction left, so adding it rounds to a whole number; + 127 puts that number, biased as an exponent,
 *  into the lowest bits. */
const rounder = 12582912 + 127;

/** Constants of `emitExp2`, in vector locals: loaded once before a loop. */
export interface Exp2Constants {
  /** What x is multiplied with, if anything. */
  readonly unit: Local | null;
  readonly lowest: Local;
  readonly rounder: Local;
  readonly coefficients: readonly Local[];
  readonly rounded: Local;
  readonly sum: Local;
}

/** @param unit a float32 > 0; default 1 */
export function prepareExp2(f: FunctionBody, unit: Local | null = null): Exp2Constants {
  const constant = (value: number): Local => f.let(f32x4.const(value));
  const lowest = constant(-127);
  const units = unit && f.let(f32x4.splat(unit));
  if (units) f.set(lowest, f32x4.div(lowest, units));
  return {
    unit: units,
    lowest,
    rounder: constant(rounder),
    coefficients: coefficients.map(constant),
    rounded: f.local("v128"),
    sum: f.local("v128"),
  };
}

/** x = 2^(x × unit) for x × unit ≤ 127, relative error below 2e-7. Below -126.5 (and for -Infinity) exactly 0, so that what is hidden weighs nothing; NaN
 *  stays NaN. With fused multiply-adds the unit costs nothing. */
export function emitExp2(f: FunctionBody, x: Local, constants: Exp2Constants, simd: Simd): void {
  const { rounded, sum, unit } = constants;
  const fused = simd.relaxed ? unit : null;
  const plus = (value: Value, amount: Value): Value =>
    fused ? f32x4.relaxed_madd(value, fused, amount) : f32x4.add(value, amount);
  const clamped = f32x4.pmax(x, constants.lowest); // a < b ? b : a, so that NaN stays
  const inUnits = tee(x, unit && !fused ? f32x4.mul(clamped, unit) : clamped);
  f.set(rounded, plus(inUnits, constants.rounder));
  f.set(x, plus(x, f32x4.sub(constants.rounder, rounded)));
  f.set(sum, constants.coefficients[5]);
  for (let power = 4; power >= 0; power--) {
    const coefficient = constants.coefficients[power];
    f.set(sum, simd.relaxed ? f32x4.relaxed_madd(sum, x, coefficient) : f32x4.add(f32x4.mul(sum, x), coefficient));
  }
  f.set(x, f32x4.mul(sum, i32x4.shl(rounded, 23)));
}
