import { anyInt, around, contains, hull, interval, never } from "./interval.ts";
import type { Interval } from "./interval.ts";
import { int32 } from "../ir/limits.ts";

export function add(a: Interval, b: Interval): Interval {
  return wrap(a.low + b.low, a.high + b.high);
}

export function subtract(a: Interval, b: Interval): Interval {
  return wrap(a.low - b.high, a.high - b.low);
}

export function multiply(a: Interval, b: Interval): Interval {
  const { low, high } = around([a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high], false);
  return wrap(low, high);
}

/** `a * a` */
export function square(a: Interval): Interval {
  const [x, y] = [a.low * a.low, a.high * a.high];
  return wrap(contains(a, 0) ? 0 : Math.min(x, y), Math.max(x, y));
}

export function negate(a: Interval): Interval {
  return wrap(-a.high, -a.low);
}

export function absolute(a: Interval): Interval {
  // the smallest int has no opposite and stays itself
  if (a.low === int32.low) return a.high === int32.low ? a : anyInt;
  return interval(contains(a, 0) ? 0 : Math.min(Math.abs(a.low), Math.abs(a.high)), Math.max(-a.low, a.high));
}

export function minimum(a: Interval, b: Interval): Interval {
  return interval(Math.min(a.low, b.low), Math.min(a.high, b.high));
}

export function maximum(a: Interval, b: Interval): Interval {
  return interval(Math.max(a.low, b.low), Math.max(a.high, b.high));
}

/** Divisors below, at and above 0 apart: on either side the quotient moves one way with each argument. */
export function floorDivide(a: Interval, b: Interval): Interval {
  return bySign(b, (divisor) => {
    const { low, high } = quotients(a, divisor);
    // only the smallest int divided by -1 leaves the range
    return high > int32.high ? anyInt : interval(low, high);
  });
}

export function remainder(a: Interval, b: Interval): Interval {
  return bySign(b, (divisor) => {
    if (divisor.high < 0)
      return negate(positiveRemainder(interval(-a.high, -a.low), interval(-divisor.high, -divisor.low)));
    return positiveRemainder(a, divisor);
  });
}

export function shiftLeft(a: Interval, count: Interval): Interval {
  const { low, high } = shiftCounts(count);
  return multiply(a, interval(2 ** low, 2 ** high));
}

export function shiftRight(a: Interval, count: Interval): Interval {
  const { low, high } = shiftCounts(count);
  return around([a.low >> low, a.low >> high, a.high >> low, a.high >> high], false);
}

export function bitAnd(a: Interval, b: Interval): Interval {
  const bits = byBits(a, b, (x, y) => ({
    known: (x.known & y.known) | (x.known & ~x.bits) | (y.known & ~y.bits),
    bits: x.bits & y.bits,
  }));
  // masking by what is not negative cannot make it larger
  const most = Math.min(a.low >= 0 ? a.high : int32.high, b.low >= 0 ? b.high : int32.high);
  return interval(bits.low, Math.min(bits.high, most));
}

export function bitOr(a: Interval, b: Interval): Interval {
  const bits = byBits(a, b, (x, y) => ({
    known: (x.known & y.known) | (x.known & x.bits) | (y.known & y.bits),
    bits: x.bits | y.bits,
  }));
  // setting bits of what is not negative cannot make it smaller
  const least = Math.max(a.low >= 0 && b.low >= 0 ? a.low : int32.low, a.low >= 0 && b.low >= 0 ? b.low : int32.low);
  return interval(Math.max(bits.low, least), bits.high);
}

export function bitXor(a: Interval, b: Interval): Interval {
  return byBits(a, b, (x, y) => ({ known: x.known & y.known, bits: x.bits ^ y.bits }));
}

/** What 32 bits keep of numbers from `low` to `high`: still one range when all wrap by as much. */
function wrap(low: number, high: number): Interval {
  if (low >= int32.low && high <= int32.high) return interval(low, high);
  if (Math.max(-low, high) > Number.MAX_SAFE_INTEGER) return anyInt;
  const turns = Math.floor((low - int32.low) / 2 ** 32);
  if (turns !== Math.floor((high - int32.low) / 2 ** 32)) return anyInt;
  return interval(low - turns * 2 ** 32, high - turns * 2 ** 32);
}

/** Joins what a function gives for the divisors below and above 0, and the 0 that a divisor of 0 gives. */
function bySign(divisor: Interval, of: (divisor: Interval) => Interval): Interval {
  let result: Interval | undefined = contains(divisor, 0) ? never : undefined;
  const join = (part: Interval): void => {
    result = result === undefined ? part : hull(result, part);
  };
  if (divisor.low < 0) join(of(interval(divisor.low, Math.min(divisor.high, -1))));
  if (divisor.high > 0) join(of(interval(Math.max(divisor.low, 1), divisor.high)));
  return result ?? never;
}

/** Quotients by divisors of one sign, without wrapping. */
function quotients(a: Interval, b: Interval): Interval {
  const corners = [a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high];
  return around(corners.map(Math.floor), false);
}

/** `a - q * b` where all have the quotient q, else 0 to the largest divisor less 1. Divisors above 0. */
function positiveRemainder(a: Interval, b: Interval): Interval {
  const { low: quotient, high } = quotients(a, b);
  const most = b.high - 1;
  if (quotient !== high) return interval(0, a.low >= 0 ? Math.min(most, a.high) : most);
  const products = around([quotient * b.low, quotient * b.high], false);
  return interval(Math.max(0, a.low - products.high), Math.min(most, a.high - products.low));
}

/** Shift counts modulo 32: a range where the counts do not pass a multiple of 32. */
function shiftCounts({ low, high }: Interval): Interval {
  if (low >> 5 !== high >> 5) return interval(0, 31);
  return interval(low & 31, high & 31);
}

/** The bits that all ints of a range have in common: those before the first in which its ends differ. */
interface KnownBits {
  readonly known: number;
  readonly bits: number;
}

function knownBits({ low, high }: Interval): KnownBits {
  const differing = Math.clz32(low ^ high);
  const known = differing === 0 ? 0 : -1 << (32 - differing);
  return { known: differing === 32 ? -1 : known, bits: low };
}

function byBits(a: Interval, b: Interval, of: (x: KnownBits, y: KnownBits) => KnownBits): Interval {
  const { known, bits } = of(knownBits(a), knownBits(b));
  // unknown bits: all 0 or all 1, and the reverse for an unknown sign
  const sign = ~known & int32.low;
  const [zeros, ones] = [bits & known, (bits & known) | ~known];
  return interval(zeros | sign, ones & ~sign);
}
