import { int32 } from "./limits.ts";

/** What the operations on floats give: float64 arithmetic. */
export const floatArithmetic = {
  remainder: (a: number, b: number): number => a - b * Math.floor(a / b),
  sigmoid: (a: number): number => 1 / (1 + Math.exp(-a)),
  /** Towards zero, saturating; NaN gives 0. */
  toInt: (a: number): number => {
    if (a >= int32.high) return int32.high;
    return a <= int32.low ? int32.low : a | 0;
  },
};

/** What the operations on ints give: 32 bits that wrap, never -0. */
export const intArithmetic = {
  floorDivide: (a: number, b: number): number => (b === 0 ? 0 : Math.floor(a / b) | 0),
  remainder: (a: number, b: number): number => {
    if (b === 0) return 0;
    const rest = (a % b) | 0;
    return rest !== 0 && (rest ^ b) < 0 ? rest + b : rest;
  },
};
