import { around, contains, hull, interval, isEmpty, onlyNaN } from "./interval.ts";
import type { Interval } from "./interval.ts";

// Arithmetic rounds to nearest and so keeps order: the ends of a result are the results of ends, to the bit. Ends that meet as
// Infinity - Infinity or 0 * Infinity are looked at one by one.

export function add(a: Interval, b: Interval): Interval {
  if (isEmpty(a) || isEmpty(b)) return onlyNaN;
  const nan =
    a.nan || b.nan || (a.high === Infinity && b.low === -Infinity) || (a.low === -Infinity && b.high === Infinity);
  const [low, high] = [a.low + b.low, a.high + b.high];
  // an end is NaN when one side is an infinite point that only the other side's opposite infinity cancels
  return interval(Number.isNaN(low) ? Infinity : low, Number.isNaN(high) ? -Infinity : high, nan);
}

export function negate({ low, high, nan }: Interval): Interval {
  return interval(-high, -low, nan);
}

export function multiply(a: Interval, b: Interval): Interval {
  if (isEmpty(a) || isEmpty(b)) return onlyNaN;
  const nan = a.nan || b.nan || (contains(a, 0) && isUnbounded(b)) || (contains(b, 0) && isUnbounded(a));
  const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  // beside 0 * Infinity, which is NaN, there is 0 times what comes before Infinity
  return around(corners.map(zeroForNaN), nan);
}

/** `a * a` */
export function square(a: Interval): Interval {
  if (isEmpty(a)) return onlyNaN;
  const [x, y] = [a.low * a.low, a.high * a.high];
  return interval(contains(a, 0) ? 0 : Math.min(x, y), Math.max(x, y), a.nan);
}

export function divide(a: Interval, b: Interval): Interval {
  if (isEmpty(a) || isEmpty(b)) return onlyNaN;
  const nan = a.nan || b.nan || (contains(a, 0) && contains(b, 0)) || (isUnbounded(a) && isUnbounded(b));
  // a zero may be either 0 or -0
  if (contains(b, 0)) return interval(-Infinity, Infinity, nan);
  const corners = [a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high];
  // beside Infinity / Infinity, which is NaN, there is what comes before Infinity divided by it
  return around(corners.map(zeroForNaN), nan);
}

export function floor({ low, high, nan }: Interval): Interval {
  return interval(Math.floor(low), Math.floor(high), nan);
}

/** `a - b * floor(a / b)`: its parts put together, and between 0 and b where the quotient is small enough to be accurate. */
export function remainder(a: Interval, b: Interval): Interval {
  const parts = add(a, negate(multiply(b, floor(divide(a, b)))));
  if (isEmpty(a) || isEmpty(b) || contains(b, 0)) return parts;
  const [dividend, divisor] = [magnitude(a), magnitude(b)];
  const quotient = dividend / Math.min(Math.abs(b.low), Math.abs(b.high));
  if (!(quotient < 2 ** 48) || divisor === Infinity) return parts;
  const rounding = (dividend + divisor) * 2 ** -48;
  return interval(
    Math.max(parts.low, Math.min(0, b.low) - rounding),
    Math.min(parts.high, Math.max(0, b.high) + rounding),
    parts.nan,
  );
}

export function minimum(a: Interval, b: Interval): Interval {
  if (isEmpty(a) || isEmpty(b)) return onlyNaN;
  return interval(Math.min(a.low, b.low), Math.min(a.high, b.high), a.nan || b.nan);
}

export function maximum(a: Interval, b: Interval): Interval {
  if (isEmpty(a) || isEmpty(b)) return onlyNaN;
  return interval(Math.max(a.low, b.low), Math.max(a.high, b.high), a.nan || b.nan);
}

export function absolute(a: Interval): Interval {
  if (isEmpty(a)) return onlyNaN;
  return interval(contains(a, 0) ? 0 : Math.min(Math.abs(a.low), Math.abs(a.high)), magnitude(a), a.nan);
}

export function sqrt({ low, high, nan }: Interval): Interval {
  if (!(high >= 0)) return onlyNaN;
  return interval(Math.sqrt(Math.max(low, 0)), Math.sqrt(high), nan || low < 0);
}

export function log({ low, high, nan }: Interval): Interval {
  if (!(high >= 0)) return onlyNaN;
  return interval(below(Math.log(Math.max(low, 0))), above(Math.log(high)), nan || low < 0);
}

/** A function that never falls, computed to within a few units in the last place, with results between `least` and `most`. */
export function rising(of: (x: number) => number, least: number, most: number): (a: Interval) => Interval {
  return (a) => {
    if (isEmpty(a)) return onlyNaN;
    return interval(Math.max(least, below(of(a.low))), Math.min(most, above(of(a.high))), a.nan);
  };
}

/** sin or cos: 1 at `peak` and every full turn from there. */
export function wave(of: (x: number) => number, peak: number): (a: Interval) => Interval {
  return (a) => {
    if (isEmpty(a)) return onlyNaN;
    const nan = a.nan || isUnbounded(a);
    // far out the place within a turn is lost in rounding
    if (a.high - a.low >= turn || magnitude(a) > 1e6) return interval(-1, 1, nan);
    const ends = [of(a.low), of(a.high)];
    const high = meets(a, peak) ? 1 : Math.min(1, above(Math.max(...ends)));
    return interval(meets(a, peak + Math.PI) ? -1 : Math.max(-1, below(Math.min(...ends))), high, nan);
  };
}

export function power(a: Interval, b: Interval): Interval {
  if (isEmpty(b)) return onlyNaN;
  const isOneAtInfinity = isUnbounded(b) && (contains(a, 1) || contains(a, -1));
  let result: Interval = { ...onlyNaN, nan: a.nan || b.nan || isOneAtInfinity };
  // NaN ** 0 is 1
  if (a.nan && contains(b, 0)) result = hull(result, interval(1, 1));
  if (isEmpty(a)) return result;
  if (a.high >= 0) result = hull(result, positivePower(Math.max(a.low, 0), a.high, b));
  if (a.low < 0) {
    const size = positivePower(Math.max(-a.high, 0), -a.low, b);
    const isWhole = b.low === b.high && Number.isInteger(b.low);
    if (!isWhole) result = hull(result, interval(-size.high, size.high, true));
    else result = hull(result, b.low % 2 === 0 ? size : negate(size));
  }
  // -0 to an odd negative power
  return contains(a, 0) && b.low < 0 ? hull(result, interval(-Infinity, -Infinity)) : result;
}

/** For a base of at least 0 the logarithm `b * log(a)` is bilinear, so the extremes are at corners; 1 stands in for 1 ** Infinity. */
function positivePower(low: number, high: number, b: Interval): Interval {
  const corners = [low ** b.low, low ** b.high, high ** b.low, high ** b.high];
  const extremes = around(
    corners.map((corner) => (Number.isNaN(corner) ? 1 : corner)),
    false,
  );
  return interval(Math.max(0, below(extremes.low)), above(extremes.high));
}

const turn = 2 * Math.PI;

/** Whether an interval comes within a millionth of `place` plus a whole number of turns. */
function meets({ low, high }: Interval, place: number): boolean {
  const first = place + turn * Math.ceil((low - 1e-6 - place) / turn);
  return first <= high + 1e-6;
}

function zeroForNaN(corner: number): number {
  return Number.isNaN(corner) ? 0 : corner;
}

function isUnbounded({ low, high }: Interval): boolean {
  return low === -Infinity || high === Infinity;
}

function magnitude({ low, high }: Interval): number {
  return Math.max(Math.abs(low), Math.abs(high));
}

/** A little below a result that is right to within 4 units in the last place; Math's functions promise no more and keep no order. */
function below(value: number): number {
  if (value === Infinity) return Number.MAX_VALUE;
  return value === -Infinity ? value : value - Math.abs(value) * 2 ** -50 - Number.MIN_VALUE;
}

function above(value: number): number {
  return -below(-value);
}
