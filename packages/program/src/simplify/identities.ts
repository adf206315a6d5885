import { int32 } from "../ir/limits.ts";
import type { Operation } from "../ir/operations.ts";
import type { Instruction } from "../ir/program.ts";
import type { Writer } from "../ir/rewrite-rules.ts";

/** What an identity may ask about its arguments. */
export interface Simplifier extends Writer {
  at(position: number): Instruction;
  /** The number at a position, undefined when it is no constant. */
  constantAt(position: number): number | undefined;
  /** The arguments of what stands at a position when it is this operation. */
  argsOf(position: number, op: Operation): readonly number[] | undefined;
}

/** Gives the position of a shorter form, undefined when there is none. */
type Identity = (to: Simplifier, a: number, b: number, c: number) => number | undefined;

/** Identities that hold to the last bit, for NaN, infinities and -0 too. Constant arguments alone are computed elsewhere. */
export const identities: Partial<Readonly<Record<Operation, Identity>>> = {
  add: (to, a, b) => {
    // x + -0 is x, x + 0 is not when x is -0
    const zero = isInt(to, a) ? 0 : -0;
    if (is(to, b, zero)) return a;
    if (is(to, a, zero)) return b;
    const [negated] = to.argsOf(b, "negate") ?? [];
    if (negated !== undefined) return to.apply("subtract", a, negated);
    const [first] = to.argsOf(a, "negate") ?? [];
    return first === undefined ? undefined : to.apply("subtract", b, first);
  },
  subtract: (to, a, b) => {
    if (is(to, b, 0)) return a;
    if (is(to, a, isInt(to, a) ? 0 : -0)) return to.apply("negate", b);
    if (a === b && isInt(to, a)) return to.constant(0, "int");
    const [negated] = to.argsOf(b, "negate") ?? [];
    return negated === undefined ? undefined : to.apply("add", a, negated);
  },
  multiply: (to, a, b) => scaled(to, a, b) ?? scaled(to, b, a) ?? bothNegated(to, a, b),
  divide: (to, a, b) => {
    if (is(to, b, 1)) return a;
    return is(to, b, -1) ? to.apply("negate", a) : undefined;
  },
  floorDivide: (to, a, b) => {
    if (is(to, b, 1)) return a;
    if (is(to, b, -1)) return to.apply("negate", a);
    return is(to, a, 0) || is(to, b, 0) ? to.constant(0, "int") : undefined;
  },
  remainder: (to, a, b) => {
    if (!isInt(to, a)) return undefined;
    if (a === b || is(to, a, 0) || [-1, 0, 1].some((unit) => is(to, b, unit))) return to.constant(0, "int");
    return to.argsOf(a, "remainder")?.[1] === b ? a : undefined;
  },
  minimum: (to, a, b) => (a === b ? a : clipped(to, a, b, int32.high, Infinity, int32.low)),
  maximum: (to, a, b) => (a === b ? a : clipped(to, a, b, int32.low, -Infinity, int32.high)),
  negate: (to, a) => {
    const [twice] = to.argsOf(a, "negate") ?? [];
    if (twice !== undefined) return twice;
    const difference = isInt(to, a) ? to.argsOf(a, "subtract") : undefined;
    return difference && to.apply("subtract", difference[1], difference[0]);
  },
  absolute: (to, a) => {
    const [negated] = to.argsOf(a, "negate") ?? [];
    if (negated !== undefined) return to.apply("absolute", negated);
    return to.argsOf(a, "absolute") && a;
  },
  floor: (to, a) => (to.argsOf(a, "floor") ?? to.argsOf(a, "toFloat")) && a,
  power: (to, a, b) => {
    if (is(to, b, 1)) return a;
    // x ** 0 is 1 for NaN too
    if (to.constantAt(b) === 0) return to.constant(1, "float");
    return is(to, b, 2) ? to.apply("multiply", a, a) : undefined;
  },
  less: (to, a, b) => (a === b ? to.constant(0, "bool") : asInts(to, "less", a, b)),
  lessEqual: (to, a, b) => (a === b && isInt(to, a) ? to.constant(1, "bool") : asInts(to, "lessEqual", a, b)),
  equal: (to, a, b) => {
    if (a === b && to.at(a).type !== "float") return to.constant(1, "bool");
    return sameBool(to, a, b) ?? sameBool(to, b, a) ?? asInts(to, "equal", a, b);
  },
  notEqual: (to, a, b) => {
    if (a === b && to.at(a).type !== "float") return to.constant(0, "bool");
    const same = sameBool(to, a, b) ?? sameBool(to, b, a);
    return same === undefined ? asInts(to, "notEqual", a, b) : to.apply("not", same);
  },
  and: (to, a, b) => logic(to, a, b, 1) ?? logic(to, b, a, 1),
  or: (to, a, b) => logic(to, a, b, 0) ?? logic(to, b, a, 0),
  not: (to, a) => {
    const [twice] = to.argsOf(a, "not") ?? [];
    if (twice !== undefined) return twice;
    for (const [op, opposite] of [
      ["equal", "notEqual"],
      ["notEqual", "equal"],
    ] as const) {
      const [x, y] = to.argsOf(a, op) ?? [];
      if (x !== undefined) return to.apply(opposite, x, y);
    }
    // only for ints: neither a < b nor b <= a holds beside a NaN
    for (const [op, opposite] of [
      ["less", "lessEqual"],
      ["lessEqual", "less"],
    ] as const) {
      const [x, y] = to.argsOf(a, op) ?? [];
      if (x !== undefined && isInt(to, x)) return to.apply(opposite, y, x);
    }
    return undefined;
  },
  select: (to, condition, a, b) => {
    const known = to.constantAt(condition);
    if (known !== undefined) return known === 1 ? a : b;
    if (a === b) return a;
    const [opposite] = to.argsOf(condition, "not") ?? [];
    if (opposite !== undefined) return to.apply("select", opposite, b, a);
    const [sameAbove, chosen] = to.argsOf(a, "select") ?? [];
    if (sameAbove === condition) return to.apply("select", condition, chosen, b);
    const [sameBelow, , other] = to.argsOf(b, "select") ?? [];
    if (sameBelow === condition) return to.apply("select", condition, a, other);
    return to.at(a).type === "bool" ? chooseBool(to, condition, a, b) : undefined;
  },
  toInt: (to, a) => {
    const [source] = to.argsOf(a, "toFloat") ?? [];
    if (source === undefined) return undefined;
    return isInt(to, source) ? source : to.apply("toInt", source);
  },
  shiftLeft: (to, a, b) => unshifted(to, a, b),
  shiftRight: (to, a, b) => unshifted(to, a, b),
  bitAnd: (to, a, b) => (a === b ? a : (masked(to, a, b, -1, 0) ?? masked(to, b, a, -1, 0))),
  bitOr: (to, a, b) => (a === b ? a : (masked(to, a, b, 0, -1) ?? masked(to, b, a, 0, -1))),
  bitXor: (to, a, b) => {
    if (a === b) return to.constant(0, "int");
    if (is(to, b, 0)) return a;
    return is(to, a, 0) ? b : undefined;
  },
};

/** Whether a constant of exactly this value stands at a position; 0 and -0 differ. */
function is(to: Simplifier, position: number, value: number): boolean {
  return Object.is(to.constantAt(position), value);
}

function isInt(to: Simplifier, position: number): boolean {
  return to.at(position).type === "int";
}

function scaled(to: Simplifier, a: number, factor: number): number | undefined {
  if (is(to, factor, 1)) return a;
  if (is(to, factor, -1)) return to.apply("negate", a);
  return isInt(to, a) && is(to, factor, 0) ? factor : undefined;
}

function bothNegated(to: Simplifier, a: number, b: number): number | undefined {
  const [x] = to.argsOf(a, "negate") ?? [];
  const [y] = to.argsOf(b, "negate") ?? [];
  return x === undefined || y === undefined ? undefined : to.apply("multiply", x, y);
}

/** minimum and maximum beside a constant: `free` changes nothing, an int at its `limit` decides alone. */
function clipped(
  to: Simplifier,
  a: number,
  b: number,
  intFree: number,
  floatFree: number,
  limit: number,
): number | undefined {
  const free = isInt(to, a) ? intFree : floatFree;
  if (is(to, b, free)) return a;
  if (is(to, a, free)) return b;
  if (!isInt(to, a)) return undefined;
  if (is(to, b, limit)) return b;
  return is(to, a, limit) ? a : undefined;
}

/** Compares ints where both sides were ints before they became floats. */
function asInts(to: Simplifier, op: Operation, a: number, b: number): number | undefined {
  const [x] = to.argsOf(a, "toFloat") ?? [];
  const [y] = to.argsOf(b, "toFloat") ?? [];
  if (x === undefined || y === undefined || !isInt(to, x) || !isInt(to, y)) return undefined;
  return to.apply(op, x, y);
}

function sameBool(to: Simplifier, a: number, known: number): number | undefined {
  const value = to.constantAt(known);
  if (value === undefined || to.at(a).type !== "bool") return undefined;
  return value === 1 ? a : to.apply("not", a);
}

/** `and` has the neutral 1, `or` 0; the other constant decides alone, as does a bool beside its opposite. */
function logic(to: Simplifier, a: number, b: number, neutral: 0 | 1): number | undefined {
  if (a === b || is(to, b, neutral)) return a;
  if (is(to, b, 1 - neutral)) return b;
  return to.argsOf(b, "not")?.[0] === a ? to.constant(1 - neutral, "bool") : undefined;
}

function chooseBool(to: Simplifier, condition: number, a: number, b: number): number | undefined {
  if (is(to, a, 1)) return to.apply("or", condition, b);
  if (is(to, b, 0)) return to.apply("and", condition, a);
  if (is(to, a, 0)) return to.apply("and", to.apply("not", condition), b);
  return is(to, b, 1) ? to.apply("or", to.apply("not", condition), a) : undefined;
}

function unshifted(to: Simplifier, a: number, count: number): number | undefined {
  const value = to.constantAt(count);
  return is(to, a, 0) || (value !== undefined && (value & 31) === 0) ? a : undefined;
}

function masked(to: Simplifier, a: number, b: number, neutral: number, deciding: number): number | undefined {
  if (is(to, b, neutral)) return a;
  return is(to, b, deciding) ? b : undefined;
}
