import { floatArithmetic, intArithmetic } from "../ir/arithmetic.ts";
import type { Step } from "../ir/interpret.ts";
import type { Operation } from "../ir/operations.ts";
import { randomUniform } from "../ir/random-uniform.ts";
import type { Move, Registers } from "./registers.ts";

/** Makes the move that applies an operation: from the registers of its arguments to register `to`. */
type MakeMove = (
  registers: Registers,
  step: Step,
  to: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
) => Move;

/** The same meaning as `scalarRules`, in registers. Storing into an Int32Array wraps. */
export const registerMoves: Readonly<Record<Operation, MakeMove>> = {
  add: ({ floats: f, ints: i }, { type }, to, a, b) =>
    type === "int" ? () => void (i[to] = i[a] + i[b]) : () => void (f[to] = f[a] + f[b]),
  subtract: ({ floats: f, ints: i }, { type }, to, a, b) =>
    type === "int" ? () => void (i[to] = i[a] - i[b]) : () => void (f[to] = f[a] - f[b]),
  multiply: ({ floats: f, ints: i }, { type }, to, a, b) =>
    type === "int" ? () => void (i[to] = Math.imul(i[a], i[b])) : () => void (f[to] = f[a] * f[b]),
  divide:
    ({ floats: f }, _, to, a, b) =>
    () =>
      void (f[to] = f[a] / f[b]),
  floorDivide:
    ({ ints: i }, _, to, a, b) =>
    () =>
      void (i[to] = intArithmetic.floorDivide(i[a], i[b])),
  remainder: ({ floats: f, ints: i }, { type }, to, a, b) =>
    type === "int"
      ? () => void (i[to] = intArithmetic.remainder(i[a], i[b]))
      : () => void (f[to] = floatArithmetic.remainder(f[a], f[b])),
  minimum: ({ floats: f, ints: i }, { type }, to, a, b) =>
    type === "int" ? () => void (i[to] = Math.min(i[a], i[b])) : () => void (f[to] = Math.min(f[a], f[b])),
  maximum: ({ floats: f, ints: i }, { type }, to, a, b) =>
    type === "int" ? () => void (i[to] = Math.max(i[a], i[b])) : () => void (f[to] = Math.max(f[a], f[b])),
  negate: ({ floats: f, ints: i }, { type }, to, a) =>
    type === "int" ? () => void (i[to] = -i[a]) : () => void (f[to] = -f[a]),
  absolute: ({ floats: f, ints: i }, { type }, to, a) =>
    type === "int" ? () => void (i[to] = Math.abs(i[a])) : () => void (f[to] = Math.abs(f[a])),
  floor:
    ({ floats: f }, _, to, a) =>
    () =>
      void (f[to] = Math.floor(f[a])),
  exp:
    ({ floats: f }, _, to, a) =>
    () =>
      void (f[to] = Math.exp(f[a])),
  log:
    ({ floats: f }, _, to, a) =>
    () =>
      void (f[to] = Math.log(f[a])),
  sqrt:
    ({ floats: f }, _, to, a) =>
    () =>
      void (f[to] = Math.sqrt(f[a])),
  tanh:
    ({ floats: f }, _, to, a) =>
    () =>
      void (f[to] = Math.tanh(f[a])),
  sigmoid:
    ({ floats: f }, _, to, a) =>
    () =>
      void (f[to] = floatArithmetic.sigmoid(f[a])),
  sin:
    ({ floats: f }, _, to, a) =>
    () =>
      void (f[to] = Math.sin(f[a])),
  cos:
    ({ floats: f }, _, to, a) =>
    () =>
      void (f[to] = Math.cos(f[a])),
  power:
    ({ floats: f }, _, to, a, b) =>
    () =>
      void (f[to] = f[a] ** f[b]),
  less: ({ floats: f, ints: i }, { argTypes }, to, a, b) =>
    argTypes[0] === "int" ? () => void (i[to] = Number(i[a] < i[b])) : () => void (i[to] = Number(f[a] < f[b])),
  lessEqual: ({ floats: f, ints: i }, { argTypes }, to, a, b) =>
    argTypes[0] === "int" ? () => void (i[to] = Number(i[a] <= i[b])) : () => void (i[to] = Number(f[a] <= f[b])),
  equal: ({ floats: f, ints: i }, { argTypes }, to, a, b) =>
    argTypes[0] === "float" ? () => void (i[to] = Number(f[a] === f[b])) : () => void (i[to] = Number(i[a] === i[b])),
  notEqual: ({ floats: f, ints: i }, { argTypes }, to, a, b) =>
    argTypes[0] === "float" ? () => void (i[to] = Number(f[a] !== f[b])) : () => void (i[to] = Number(i[a] !== i[b])),
  and:
    ({ ints: i }, _, to, a, b) =>
    () =>
      void (i[to] = i[a] & i[b]),
  or:
    ({ ints: i }, _, to, a, b) =>
    () =>
      void (i[to] = i[a] | i[b]),
  not:
    ({ ints: i }, _, to, a) =>
    () =>
      void (i[to] = 1 - i[a]),
  select: ({ floats: f, ints: i }, { type }, to, condition, a, b) =>
    type === "float"
      ? () => void (f[to] = i[condition] === 1 ? f[a] : f[b])
      : () => void (i[to] = i[condition] === 1 ? i[a] : i[b]),
  toFloat:
    ({ floats: f, ints: i }, _, to, a) =>
    () =>
      void (f[to] = i[a]),
  toInt: ({ floats: f, ints: i }, { argTypes }, to, a) =>
    argTypes[0] === "bool" ? () => void (i[to] = i[a]) : () => void (i[to] = floatArithmetic.toInt(f[a])),
  shiftLeft:
    ({ ints: i }, _, to, a, b) =>
    () =>
      void (i[to] = i[a] << i[b]),
  shiftRight:
    ({ ints: i }, _, to, a, b) =>
    () =>
      void (i[to] = i[a] >> i[b]),
  bitAnd:
    ({ ints: i }, _, to, a, b) =>
    () =>
      void (i[to] = i[a] & i[b]),
  bitOr:
    ({ ints: i }, _, to, a, b) =>
    () =>
      void (i[to] = i[a] | i[b]),
  bitXor:
    ({ ints: i }, _, to, a, b) =>
    () =>
      void (i[to] = i[a] ^ i[b]),
  random:
    ({ floats: f, ints: i }, _, to, seed, batch, head, query, key) =>
    () =>
      void (f[to] = randomUniform(i[seed], i[batch], i[head], i[query], i[key])),
};
