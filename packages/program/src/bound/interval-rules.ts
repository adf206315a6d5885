import { floatArithmetic } from "../ir/arithmetic.ts";
import * as floats from "./float-interval.ts";
import * as ints from "./int-interval.ts";
import type { Rule } from "../ir/interpret.ts";
import { always, hull, interval, isEmpty, isPoint, never, point, possibly } from "./interval.ts";
import type { Interval } from "./interval.ts";
import { operationNames } from "../ir/operations.ts";
import type { Operation } from "../ir/operations.ts";
import { recordOf } from "../ir/record-of.ts";
import { scalarRules } from "../ir/scalar-rules.ts";
import { arity } from "../ir/signature.ts";

type IntervalRule = Rule<Interval>;

/** By the type of the result: what floats and what ints do. */
const either =
  (float: (...args: Interval[]) => Interval, int: (...args: Interval[]) => Interval): IntervalRule =>
  ({ type }, ...args) =>
    type === "int" ? int(...args) : float(...args);

/** Each operation on ranges: the result holds whatever the operation gives for numbers in the arguments. */
const ranges: Readonly<Record<Operation, IntervalRule>> = {
  add: either(floats.add, ints.add),
  subtract: either((a, b) => floats.add(a, floats.negate(b)), ints.subtract),
  multiply: ({ type, args }, a, b) => {
    if (args[0] === args[1]) return type === "int" ? ints.square(a) : floats.square(a);
    return type === "int" ? ints.multiply(a, b) : floats.multiply(a, b);
  },
  divide: (_, a, b) => floats.divide(a, b),
  floorDivide: (_, a, b) => ints.floorDivide(a, b),
  remainder: either(floats.remainder, ints.remainder),
  minimum: either(floats.minimum, ints.minimum),
  maximum: either(floats.maximum, ints.maximum),
  negate: either(floats.negate, ints.negate),
  absolute: either(floats.absolute, ints.absolute),
  floor: (_, a) => floats.floor(a),
  exp: unary(floats.rising(Math.exp, 0, Infinity)),
  log: unary(floats.log),
  sqrt: unary(floats.sqrt),
  tanh: unary(floats.rising(Math.tanh, -1, 1)),
  sigmoid: unary(floats.rising(floatArithmetic.sigmoid, 0, 1)),
  sin: unary(floats.wave(Math.sin, Math.PI / 2)),
  cos: unary(floats.wave(Math.cos, 0)),
  power: (_, a, b) => floats.power(a, b),
  less: (_, a, b) => compare(a, b, a.low < b.high, a.high >= b.low),
  lessEqual: (_, a, b) => compare(a, b, a.low <= b.high, a.high > b.low),
  equal: (_, a, b) => compare(a, b, a.low <= b.high && b.low <= a.high, !isPoint(a) || !isPoint(b) || a.low !== b.low),
  notEqual: (step, a, b) => opposite(ranges.equal(step, a, b)),
  and: (_, a, b) => interval(Math.min(a.low, b.low), Math.min(a.high, b.high)),
  or: (_, a, b) => interval(Math.max(a.low, b.low), Math.max(a.high, b.high)),
  not: (_, a) => opposite(a),
  select: (_, condition, a, b) => {
    if (condition.low === 1) return a;
    return condition.high === 0 ? b : hull(a, b);
  },
  toFloat: (_, a) => a,
  toInt: ({ argTypes }, a) => {
    if (argTypes[0] === "bool") return a;
    if (isEmpty(a)) return never;
    const whole = interval(floatArithmetic.toInt(a.low), floatArithmetic.toInt(a.high));
    return a.nan ? hull(whole, never) : whole;
  },
  shiftLeft: (_, a, b) => ints.shiftLeft(a, b),
  shiftRight: (_, a, b) => ints.shiftRight(a, b),
  bitAnd: (_, a, b) => ints.bitAnd(a, b),
  bitOr: (_, a, b) => ints.bitOr(a, b),
  bitXor: (_, a, b) => ints.bitXor(a, b),
  random: () => interval(0, 1 - 2 ** -24),
};

/** Those in which 0 and -0, which are one end of an interval, give different numbers. */
const signsMatter = new Set<Operation>(["divide", "power"]);

/** The rules of `bound`. Where every argument is one number the result is that of `evaluate`, to the bit. */
export const intervalRules: Readonly<Record<Operation, IntervalRule>> = recordOf(operationNames, exactAtPoint);

function exactAtPoint(op: Operation): IntervalRule {
  const [range, scalar] = [ranges[op], scalarRules[op]];
  const isExact = signsMatter.has(op) ? (a: Interval): boolean => isPoint(a) && a.low !== 0 : isPoint;
  // most operations have two arguments; those are not put into a list
  if (arity(op) === 2) {
    return (step, a, b) => (isExact(a) && isExact(b) ? point(scalar(step, a.low, b.low)) : range(step, a, b));
  }
  return (step, ...args) =>
    args.every(isExact) ? point(scalar(step, ...args.map(({ low }) => low))) : range(step, ...args);
}

function unary(of: (a: Interval) => Interval): IntervalRule {
  return (_, a) => of(a);
}

/** A comparison: false beside a NaN. */
function compare(a: Interval, b: Interval, isTrue: boolean, isFalse: boolean): Interval {
  if (isEmpty(a) || isEmpty(b)) return never;
  return possibly(isTrue, isFalse || a.nan || b.nan);
}

function opposite({ low, high }: Interval): Interval {
  return low === high ? (low === 1 ? never : always) : interval(0, 1);
}
