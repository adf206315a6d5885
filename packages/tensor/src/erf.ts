/** The error function, `2 / sqrt(pi)` times the integral of `exp(-t^2)` from 0 to x, to about 16 digits.
 *  For tensors: `map(input, erf)`.
 *  @see Cody 1969, "Rational Chebyshev approximations for the error function", and his CALERF (netlib, specfun) for the coefficients */
export function erf(x: number): number {
  const y = Math.abs(x);
  if (y > 0.46875) return Math.sign(x) * (1 - erfc(y));
  return y <= 0.46875 ? x * ratio(nearZero, x * x) : x; // x is NaN
}

/** `1 - erf(x)`, accurate also where erf is nearly 1: the tail that GELU of negative numbers needs. Source as `erf`. */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (!(y > 0.46875)) return 1 - erf(x);
  const tail = y > 27 ? 0 : y <= 4 ? gauss(y) * ratio(middle, y) : (gauss(y) / y) * (1 / Math.sqrt(Math.PI) - far(y));
  return x < 0 ? 2 - tail : tail;
}

/** Numerator and denominator coefficients, highest power first. */
interface Rational {
  readonly over: readonly number[];
  readonly under: readonly number[];
}

function ratio({ over, under }: Rational, x: number): number {
  return horner(over, x) / horner(under, x);
}

function horner(coefficients: readonly number[], x: number): number {
  let result = 0;
  for (let i = 0; i < coefficients.length; i++) result = result * x + coefficients[i];
  return result;
}

/** `exp(-y * y)` with the square split in two, so that its rounding is not magnified by exp. */
function gauss(y: number): number {
  const coarse = Math.trunc(y * 16) / 16;
  return Math.exp(-coarse * coarse) * Math.exp(-(y - coarse) * (y + coarse));
}

function far(y: number): number {
  const inverse = 1 / (y * y);
  return inverse * ratio(beyond, inverse);
}

// Cody's coefficients: |x| <= 0.46875 in x^2; up to 4 in |x|; beyond 4 in x^-2.
const nearZero: Rational = {
  over: [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  under: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
};
const middle: Rational = {
  over: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
    881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  under: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
    4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
};
const beyond: Rational = {
  over: [
    0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
    0.0006587491615298378,
  ],
  under: [1, 2.568520192289822, 1.8729528499234604, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918],
};
