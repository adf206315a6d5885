import { floatArithmetic, intArithmetic } from "./arithmetic.ts";
import type { Operation, Type } from "./operations.ts";
import { randomUniform } from "./random-uniform.ts";

/** One operation on numbers, given the types it works on. */
export type ScalarRule = (
  step: { readonly type: Type; readonly argTypes: readonly Type[] },
  ...args: readonly number[]
) => number;

/** The rules of every operation on numbers (bools are 0 and 1): the definition that backends are held against. */
export const scalarRules: Readonly<Record<Operation, ScalarRule>> = {
  add: ({ type }, a, b) => fit(type, a + b),
  subtract: ({ type }, a, b) => fit(type, a - b),
  multiply: ({ type }, a, b) => (type === "int" ? Math.imul(a, b) : a * b),
  divide: (_, a, b) => a / b,
  floorDivide: (_, a, b) => intArithmetic.floorDivide(a, b),
  remainder: ({ type }, a, b) => (type === "int" ? intArithmetic.remainder(a, b) : floatArithmetic.remainder(a, b)),
  minimum: (_, a, b) => Math.min(a, b),
  maximum: (_, a, b) => Math.max(a, b),
  negate: ({ type }, a) => fit(type, -a),
  absolute: ({ type }, a) => fit(type, Math.abs(a)),
  floor: (_, a) => Math.floor(a),
  exp: (_, a) => Math.exp(a),
  log: (_, a) => Math.log(a),
  sqrt: (_, a) => Math.sqrt(a),
  tanh: (_, a) => Math.tanh(a),
  sigmoid: (_, a) => floatArithmetic.sigmoid(a),
  sin: (_, a) => Math.sin(a),
  cos: (_, a) => Math.cos(a),
  power: (_, a, b) => a ** b,
  less: (_, a, b) => Number(a < b),
  lessEqual: (_, a, b) => Number(a <= b),
  equal: (_, a, b) => Number(a === b),
  notEqual: (_, a, b) => Number(a !== b),
  and: (_, a, b) => a & b,
  or: (_, a, b) => a | b,
  not: (_, a) => 1 - a,
  select: (_, condition, a, b) => (condition === 1 ? a : b),
  toFloat: (_, a) => a,
  toInt: ({ argTypes }, a) => (argTypes[0] === "bool" ? a : floatArithmetic.toInt(a)),
  shiftLeft: (_, a, b) => a << b,
  shiftRight: (_, a, b) => a >> b,
  bitAnd: (_, a, b) => a & b,
  bitOr: (_, a, b) => a | b,
  bitXor: (_, a, b) => a ^ b,
  random: (_, seed, batch, head, query, key) => randomUniform(seed, batch, head, query, key),
};

function fit(type: Type, value: number): number {
  return type === "int" ? value | 0 : value;
}
