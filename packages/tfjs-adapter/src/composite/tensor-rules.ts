import type { Input, Rule, Rules } from "@fovea/program";
import {
  abs,
  add,
  cast,
  cos,
  div,
  equal,
  floor,
  floorDiv,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  notEqual,
  onesLike,
  pow,
  scalar,
  sin,
  sqrt,
  sub,
  where,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { constant } from "./constant.ts";
import { gatherTable } from "./gather-table.ts";
import { multiplyInts, onHost, randomOnHost } from "./on-host.ts";
import { safeSelect } from "./safe-select.ts";
import { exp, sigmoid, tanh } from "./smooth.ts";
import { truncate } from "./truncate.ts";

const dtypes = { float: "float32", int: "int32", bool: "bool" } as const;

const zero = (): Tensor => scalar(0, "int32");
const isInt = (step: { readonly type: string }): boolean => step.type === "int";

/** Comparisons count as constants; those of bools go through ints: not every backend compares bools. */
const comparable =
  (compare: (a: Tensor, b: Tensor) => Tensor): Rule<Tensor> =>
  ({ argTypes }, a, b) =>
    constant(() => (argTypes[0] === "bool" ? compare(cast(a, "int32"), cast(b, "int32")) : compare(a, b)));

/** What programs mean on tensors of TensorFlow.js that broadcast to `[batch, heads, queries, keys]`: floats are float32, ints int32, bools bool.
 *  Made of differentiable operations. Ints are exact where the device's ints are (WebGL: up to 2^24); bits, products of ints and random numbers
 *  are computed in JavaScript from the indices they rest on, so that they are the same everywhere.
 *  @param tables by position in the program */
export function tensorRules(inputs: Readonly<Record<Input, Tensor>>, tables: readonly Tensor[]): Rules<Tensor> {
  return {
    constant: ({ type }, value) => scalar(type === "bool" ? value === 1 : value, dtypes[type]),
    input: (_, input) => inputs[input],
    gather: ({ type }, table, ...indices) => gatherTable(tables[table], type, indices),
    add: (_, a, b) => add(a, b),
    subtract: (_, a, b) => sub(a, b),
    multiply: (step, a, b) => (isInt(step) ? multiplyInts(a, b) : mul(a, b)),
    divide: (_, a, b) => div(a, b),
    floorDivide: (_, a, b) => divideInts(a, b),
    remainder: (step, a, b) => {
      if (!isInt(step)) return sub(a, mul(b, floor(div(a, b))));
      const rest = sub(a, multiplyInts(b, divideInts(a, b)));
      return where(equal(b, zero()), zerosLike(rest), rest);
    },
    minimum: (_, a, b) => minimum(a, b),
    maximum: (_, a, b) => maximum(a, b),
    negate: (step, a) => (isInt(step) ? sub(zero(), a) : mul(a, scalar(-1))),
    absolute: (step, a) => (isInt(step) ? maximum(a, sub(zero(), a)) : abs(a)),
    floor: (_, a) => floor(a),
    exp: (_, a) => exp(a),
    log: (_, a) => log(a),
    sqrt: (_, a) => sqrt(a),
    tanh: (_, a) => tanh(a),
    sigmoid: (_, a) => sigmoid(a),
    sin: (_, a) => sin(a),
    cos: (_, a) => cos(a),
    power: (_, a, b) => pow(a, b),
    less: comparable(less),
    lessEqual: comparable(lessEqual),
    equal: comparable(equal),
    notEqual: comparable(notEqual),
    and: (_, a, b) => logicalAnd(a, b),
    or: (_, a, b) => logicalOr(a, b),
    not: (_, a) => logicalNot(a),
    select: (_, condition, a, b) => safeSelect(condition, a, b),
    toFloat: (_, a) => cast(a, "float32"),
    toInt: ({ argTypes }, a) => (argTypes[0] === "bool" ? cast(a, "int32") : constant(() => truncate(a))),
    shiftLeft: (_, a, b) => onHost((x, y) => x << y, a, b),
    shiftRight: (_, a, b) => onHost((x, y) => x >> y, a, b),
    bitAnd: (_, a, b) => onHost((x, y) => x & y, a, b),
    bitOr: (_, a, b) => onHost((x, y) => x | y, a, b),
    bitXor: (_, a, b) => onHost((x, y) => x ^ y, a, b),
    random: (_, ...places) => randomOnHost(places),
  };
}

/** Rounded towards minus infinity; by zero gives 0. */
function divideInts(a: Tensor, b: Tensor): Tensor {
  const byZero = equal(b, zero());
  const quotient = floorDiv(a, where(byZero, onesLike(b), b));
  return where(byZero, zerosLike(quotient), quotient);
}
