import type { Local } from "@fovea/wasm-assembler";
import type { VectorEmitter } from "./vector-emitter.ts";

/** Elementary functions of four floats. Error bounds are against the exact value, in units in the last place (ulp, about 2^-23 relative) where
 *  nothing else is said; the tests hold them over the whole float range. */

/** log 2 in two parts (Cody & Waite 1980): the first has few bits, so that a whole multiple of it is exact. */
const ln2High = 0.693359375;
const ln2Low = -0.00021219444005469057;

/** e^x, 1 ulp, subnormal results included. Overflows to Infinity above 88.72. */
export function emitExp(v: VectorEmitter, x: Local): Local {
  const clamped = v.op("f32x4.pmin", v.op("f32x4.pmax", x, -104), 104);
  const whole = v.op("f32x4.nearest", v.op("f32x4.mul", clamped, Math.LOG2E));
  const part = v.multiplyAdd(whole, -ln2Low, v.multiplyAdd(whole, -ln2High, clamped));
  // Cephes expf: e^r = 1 + r + r² P(r) on [-log 2 / 2, log 2 / 2]
  const tail = v.polynomial(
    part,
    [5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.98756915e-4],
  );
  const value = v.op("f32x4.add", v.multiplyAdd(v.op("f32x4.mul", part, part), tail, part), 1);
  return scaleByPowerOfTwo(v, value, whole);
}

/** value × 2^whole in two steps, so that neither factor leaves the float range before the product does. */
function scaleByPowerOfTwo(v: VectorEmitter, value: Local, whole: Local): Local {
  const exponent = v.op("i32x4.trunc_sat_f32x4_s", whole);
  const half = v.shift("i32x4.shr_s", exponent, 1);
  const power = (e: Local): Local => v.shift("i32x4.shl", v.op("i32x4.add", e, v.ints(127)), 23);
  const first = v.op("f32x4.mul", value, power(half));
  return v.op("f32x4.mul", first, power(v.op("i32x4.sub", exponent, half)));
}

/** Natural logarithm, 1 ulp, subnormal x included. log 0 = -Infinity, of negative numbers NaN, of Infinity Infinity. */
export function emitLog(v: VectorEmitter, x: Local): Local {
  const { exponent, mantissa } = splitFloat(v, x);
  // Cephes logf: log(1 + m) = m - m²/2 + m³ P(m) on [√½ - 1, √2 - 1]
  const square = v.op("f32x4.mul", mantissa, mantissa);
  const tail = v.polynomial(
    mantissa,
    [
      3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1,
      1.167699874e-1, -1.151461031e-1, 7.0376836292e-2,
    ],
  );
  const cubic = v.op("f32x4.mul", v.op("f32x4.mul", mantissa, square), tail);
  const low = v.multiplyAdd(square, -0.5, v.multiplyAdd(exponent, ln2Low, cubic));
  const value = v.multiplyAdd(exponent, ln2High, v.op("f32x4.add", mantissa, low));
  return logEdges(v, x, value);
}

/** x = (1 + mantissa) × 2^exponent with 1 + mantissa in [√½, √2); subnormal x is brought into range first. */
function splitFloat(v: VectorEmitter, x: Local): { exponent: Local; mantissa: Local } {
  const small = v.op("f32x4.lt", x, 2 ** -126);
  const scaled = v.choose(small, v.op("f32x4.mul", x, 2 ** 24), x);
  // Adding the distance from √½'s bits to 1's makes the exponent field count in steps that begin at √½.
  const sqrtHalf = 0x3f3504f3;
  const shifted = v.op("i32x4.sub", scaled, v.ints(sqrtHalf));
  const steps = v.shift("i32x4.shr_s", shifted, 23);
  const mantissaBits = v.op("i32x4.sub", scaled, v.shift("i32x4.shl", steps, 23));
  const exponent = v.op("f32x4.convert_i32x4_s", v.op("i32x4.sub", steps, v.op("v128.and", small, v.ints(24))));
  return { exponent, mantissa: v.op("f32x4.sub", mantissaBits, 1) };
}

function logEdges(v: VectorEmitter, x: Local, value: Local): Local {
  const infinite = v.choose(v.op("f32x4.eq", x, Infinity), Infinity, value);
  const zero = v.choose(v.op("f32x4.eq", x, 0), -Infinity, infinite);
  // Not (x ≥ 0) is negative or NaN.
  return v.choose(v.op("f32x4.ge", x, 0), zero, NaN);
}

/** 1 / (1 + e^-x), 3 ulp; 0 below -88.72, where the result would be subnormal. */
export function emitSigmoid(v: VectorEmitter, x: Local): Local {
  const power = emitExp(v, v.op("f32x4.neg", x));
  return v.op("f32x4.div", 1, v.op("f32x4.add", power, 1));
}

/** Hyperbolic tangent, 6 ulp: a rational function, odd over even, of degrees 13 and 6 (the coefficients of Eigen's
 *  `generic_fast_tanh_float`, MathFunctionsImpl.h, divided by the constant of the even one, so that subnormals keep their bits). Beyond ±7.9988 the float next to ±1 is reached and kept. */
export function emitTanh(v: VectorEmitter, x: Local): Local {
  const largest = 7.99881172180175781;
  const near = v.op("f32x4.pmin", v.op("f32x4.pmax", x, -largest), largest);
  const square = v.op("f32x4.mul", near, near);
  const odd = v.polynomial(
    square,
    [
      0.999999871948, 0.130225533682, 0.00303609831532, 1.04674991875e-5, -1.75837891824e-8, 4.0874172074e-11,
      -5.64167624104e-14,
    ],
  );
  const even = v.polynomial(square, [1, 0.463558385096, 0.0242227639978, 2.44866093304e-4]);
  return v.op("f32x4.div", v.op("f32x4.mul", near, odd), even);
}

/** π/2 in two parts: the first has 33 bits, so that a multiple of it below 2^20 is exact in float64. */
const halfPi = [1.5707963267341256, 6.077100506506192e-11] as const;

/** Sine (quadrant 0) or cosine (quadrant 1), absolute error 1.5e-7 + 2.3e-16 |x|, always within [-1, 1]; NaN for Infinity. x is brought to
 *  [-π/4, π/4] in float64: in float32 the error would reach 1 at |x| = 10^7. */
export function emitSine(v: VectorEmitter, x: Local, quadrant: 0 | 1): Local {
  const quarters = (wide: Local): Local => v.op("f64x2.nearest", v.op("f64x2.mul", wide, v.doubles(2 / Math.PI)));
  const minusTimes = (a: Local, b: Local, factor: number): Local =>
    v.op("f64x2.sub", a, v.op("f64x2.mul", b, v.doubles(factor)));
  const rest = v.inFloat64("float", "float", [x], (wide) => {
    const whole = quarters(wide);
    return minusTimes(minusTimes(wide, whole, halfPi[0]), whole, halfPi[1]);
  });
  const turns = v.inFloat64("float", "int", [x], (wide) => {
    const whole = quarters(wide);
    return minusTimes(whole, v.op("f64x2.floor", v.op("f64x2.mul", whole, v.doubles(0.25))), 4);
  });
  const quarter = v.op("i32x4.add", turns, v.ints(quadrant));
  const part = v.op("f32x4.max", v.op("f32x4.min", rest, Math.PI / 4), -Math.PI / 4);
  const square = v.op("f32x4.mul", part, part);
  // Cephes sinf and cosf on [-π/4, π/4]
  const sineTail = v.polynomial(square, [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4]);
  const sine = v.multiplyAdd(v.op("f32x4.mul", sineTail, square), part, part);
  const cosineTail = v.polynomial(square, [4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5]);
  const fourth = v.op("f32x4.mul", square, square);
  const cosine = v.op("f32x4.add", v.multiplyAdd(fourth, cosineTail, v.op("f32x4.mul", square, -0.5)), 1);
  const odd = v.op("i32x4.ne", v.op("v128.and", quarter, v.ints(1)), v.ints(0));
  const value = v.choose(odd, cosine, sine);
  const sign = v.shift("i32x4.shl", v.op("v128.and", quarter, v.ints(2)), 30);
  return v.op("v128.xor", value, sign);
}

/** x^y = e^(y log |x|), relative error 1.5e-7 × (1 + |y log x|). Negative x: the sign of an odd whole y, NaN for a fraction. x^0 = 1, even for NaN;
 *  (±1)^±Infinity is NaN, as in JavaScript. */
export function emitPower(v: VectorEmitter, x: Local, y: Local): Local {
  const size = v.op("f32x4.abs", x);
  const power = emitExp(v, v.op("f32x4.mul", y, emitLog(v, size)));
  const whole = v.op("f32x4.eq", v.op("f32x4.floor", y), y);
  const half = v.op("f32x4.mul", y, 0.5);
  const odd = v.op("v128.and", whole, v.op("f32x4.ne", v.op("f32x4.floor", half), half));
  const negative = v.shift("i32x4.shr_s", x, 31);
  const sign = v.op("v128.and", v.op("v128.and", odd, negative), v.ints(-0x80000000));
  const signed = v.op("v128.xor", power, sign);
  const impossible = v.op("v128.and", v.op("f32x4.lt", x, 0), v.op("v128.not", whole));
  const finite = v.op("f32x4.lt", size, Infinity);
  const value = v.choose(v.op("v128.and", impossible, finite), NaN, signed);
  return v.choose(v.op("f32x4.eq", y, 0), 1, value);
}
