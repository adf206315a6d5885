import type { Adjoints } from "./adjoints.ts";
import type { Operation } from "../ir/operations.ts";

/** Passes the gradient of the value at a position to its arguments. */
type AdjointRule = (to: Adjoints, position: number) => void;

/** Derivative by one argument: a position, given the gradient of the result, its value and the arguments. */
type Slope = (to: Adjoints, gradient: number, value: number, a: number, b: number) => number;

/** How each operation passes a gradient on. Only floats have one. */
export const adjointRules: Readonly<Record<Operation, AdjointRule>> = {
  add: slopes(
    (_, g) => g,
    (_, g) => g,
  ),
  subtract: slopes(
    (_, g) => g,
    (to, g) => to.apply("negate", g),
  ),
  multiply: slopes(
    (to, g, _, _a, b) => to.apply("multiply", g, b),
    (to, g, _, a) => to.apply("multiply", g, a),
  ),
  divide: slopes(
    (to, g, _, _a, b) => to.apply("divide", g, b),
    (to, g, y, _a, b) => to.apply("negate", to.apply("divide", to.apply("multiply", g, y), b)),
  ),
  remainder: slopes(
    (_, g) => g,
    (to, g, _, a, b) => to.apply("negate", to.apply("multiply", g, to.apply("floor", to.apply("divide", a, b)))),
  ),
  minimum: choice((to, [a, b]) => to.apply("lessEqual", a, b)),
  maximum: choice((to, [a, b]) => to.apply("lessEqual", b, a)),
  negate: slopes((to, g) => to.apply("negate", g)),
  absolute: slopes((to, g, _, a) => {
    const zero = to.constant(0);
    const orZero = to.apply("select", to.apply("less", a, zero), to.apply("negate", g), zero);
    return to.apply("select", to.apply("less", zero, a), g, orZero);
  }),
  exp: slopes((to, g, y) => to.apply("multiply", g, y)),
  log: slopes((to, g, _, a) => to.apply("divide", g, a)),
  // 1 / (2 sqrt)
  sqrt: slopes((to, g, y) => to.apply("divide", to.apply("multiply", g, to.constant(0.5)), y)),
  // 1 - tanh²
  tanh: slopes((to, g, y) => to.apply("multiply", g, to.apply("subtract", to.constant(1), to.apply("multiply", y, y)))),
  // sigmoid (1 - sigmoid)
  sigmoid: slopes((to, g, y) =>
    to.apply("multiply", g, to.apply("multiply", y, to.apply("subtract", to.constant(1), y))),
  ),
  sin: slopes((to, g, _, a) => to.apply("multiply", g, to.apply("cos", a))),
  cos: slopes((to, g, _, a) => to.apply("negate", to.apply("multiply", g, to.apply("sin", a)))),
  power: slopes(
    (to, g, _, a, b) => {
      // b a^(b - 1), which for b = 0 must not become 0 * Infinity
      const slope = to.apply("multiply", b, to.apply("power", a, to.apply("subtract", b, to.constant(1))));
      const isZero = to.apply("equal", b, to.constant(0));
      return to.apply("select", isZero, to.constant(0), to.apply("multiply", g, slope));
    },
    (to, g, y, a) => {
      // a^b log(a)
      const isPositive = to.apply("less", to.constant(0), a);
      const slope = to.apply("multiply", y, to.apply("log", a));
      return to.apply("select", isPositive, to.apply("multiply", g, slope), to.constant(0));
    },
  ),
  select: (to, position) => {
    const [condition, a, b] = to.argsOf(position);
    passByCondition(to, position, condition, a, b);
  },
  floor: nothing,
  toFloat: nothing,
  random: nothing,
  // never of type float
  floorDivide: nothing,
  less: nothing,
  lessEqual: nothing,
  equal: nothing,
  notEqual: nothing,
  and: nothing,
  or: nothing,
  not: nothing,
  toInt: nothing,
  shiftLeft: nothing,
  shiftRight: nothing,
  bitAnd: nothing,
  bitOr: nothing,
  bitXor: nothing,
};

/** One slope per argument. */
function slopes(...each: readonly Slope[]): AdjointRule {
  return (to, position) => {
    const part = to.sum(position);
    if (part === undefined) return;
    const args = to.argsOf(position);
    for (const [index, slope] of each.entries()) {
      if (!to.isActive(args[index])) continue;
      to.pass(args[index], { gradient: slope(to, part.gradient, position, args[0], args[1]), guard: part.guard });
    }
  };
}

/** The gradient goes to the first argument where `isFirst`, else to the second. */
function choice(isFirst: (to: Adjoints, args: readonly number[]) => number): AdjointRule {
  return (to, position) => {
    const args = to.argsOf(position);
    passByCondition(to, position, isFirst(to, args), args[0], args[1]);
  };
}

function passByCondition(to: Adjoints, position: number, condition: number, a: number, b: number): void {
  const part = to.sum(position);
  if (part === undefined) return;
  const { gradient, guard } = part;
  if (to.isActive(a)) to.pass(a, { gradient, guard: to.both(guard, condition) });
  if (to.isActive(b)) to.pass(b, { gradient, guard: to.both(guard, to.apply("not", condition)) });
}

function nothing(): void {}
