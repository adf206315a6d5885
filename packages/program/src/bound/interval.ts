/** Every number from `low` to `high`, and NaN where `nan`. Bools are 0 to 1. When only NaN is possible `low` is above `high`.
 *  0 and -0 are the same end. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly nan: boolean;
}

export const onlyNaN: Interval = Object.freeze({ low: Infinity, high: -Infinity, nan: true });
export const anyFloat: Interval = Object.freeze({ low: -Infinity, high: Infinity, nan: true });
export const anyInt: Interval = Object.freeze({ low: -2147483648, high: 2147483647, nan: false });
const anyBool: Interval = Object.freeze({ low: 0, high: 1, nan: false });
export const always: Interval = Object.freeze({ low: 1, high: 1, nan: false });
export const never: Interval = Object.freeze({ low: 0, high: 0, nan: false });

/** From `low` to `high`, both included. */
export function interval(low: number, high: number, nan = false): Interval {
  return { low, high, nan };
}

/** One number. */
export function point(value: number): Interval {
  return Number.isNaN(value) ? onlyNaN : { low: value, high: value, nan: false };
}

/** A bool that may be true, may be false, or both. */
export function possibly(isTrue: boolean, isFalse: boolean): Interval {
  if (isTrue) return isFalse ? anyBool : always;
  return never;
}

/** Whether it is one number, without NaN. */
export function isPoint({ low, high, nan }: Interval): boolean {
  return low === high && !nan;
}

/** Whether it holds no number. */
export function isEmpty({ low, high }: Interval): boolean {
  return low > high;
}

/** Whether a number, or NaN, lies within. */
export function contains({ low, high, nan }: Interval, value: number): boolean {
  return Number.isNaN(value) ? nan : low <= value && value <= high;
}

/** The smallest interval around both. */
export function hull(a: Interval, b: Interval): Interval {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), nan: a.nan || b.nan };
}

/** The smallest interval around numbers; NaN among them is left out. */
export function around(values: readonly number[], nan: boolean): Interval {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high, nan };
}
