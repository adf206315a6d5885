/** The types of a program's values. Ints are 32-bit and wrap; floats are computed in float64 by the reference and in float32 by kernels. */
export type Type = "float" | "int" | "bool";

/** What a program may know about the pair it is asked about. `score` is the value being changed
 *  (in a probability program: the probability); `query` and `key` are absolute indices, `queries` and `keys` are lengths. */
export type Input = "score" | "batch" | "head" | "query" | "key" | "queries" | "keys";

export const inputTypes: Readonly<Record<Input, Type>> = {
  score: "float",
  batch: "int",
  head: "int",
  query: "int",
  key: "int",
  queries: "int",
  keys: "int",
};

/** Argument types an operation accepts, and the type it gives, one row per accepted combination. */
export interface Signature {
  readonly args: readonly Type[];
  readonly result: Type;
}

const signatures = (args: number, types: readonly Type[], result?: Type): readonly Signature[] =>
  types.map((type) => ({ args: Array<Type>(args).fill(type), result: result ?? type }));

const numbers = ["float", "int"] as const;
const comparison = signatures(2, numbers, "bool");
const equality = signatures(2, ["float", "int", "bool"], "bool");
const floatUnary = signatures(1, ["float"]);
const intBinary = signatures(2, ["int"]);

/** The name of every operation on values. */
export type Operation =
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "floorDivide"
  | "remainder"
  | "minimum"
  | "maximum"
  | "negate"
  | "absolute"
  | "floor"
  | "exp"
  | "log"
  | "sqrt"
  | "tanh"
  | "sigmoid"
  | "sin"
  | "cos"
  | "power"
  | "less"
  | "lessEqual"
  | "equal"
  | "notEqual"
  | "and"
  | "or"
  | "not"
  | "select"
  | "toFloat"
  | "toInt"
  | "shiftLeft"
  | "shiftRight"
  | "bitAnd"
  | "bitOr"
  | "bitXor"
  | "random";

/** Every operation on values, with the types it accepts. Adding one here makes the compiler list every table that must learn it:
 *  rules, methods, functions and formulas. */
export const operations: Readonly<Record<Operation, readonly Signature[]>> = {
  // arithmetic; int results wrap to 32 bits
  add: signatures(2, numbers),
  subtract: signatures(2, numbers),
  multiply: signatures(2, numbers),
  /** Float division. */
  divide: signatures(2, ["float"]),
  /** Integer division rounded towards minus infinity; by zero gives 0. */
  floorDivide: intBinary,
  /** What floorDivide leaves: `a - b * floorDivide(a, b)`, with the sign of b; by zero gives 0. Floats: `a - b * floor(a / b)`. */
  remainder: signatures(2, numbers),
  minimum: signatures(2, numbers),
  maximum: signatures(2, numbers),
  negate: signatures(1, numbers),
  absolute: signatures(1, numbers),
  // float functions
  floor: floatUnary,
  exp: floatUnary,
  log: floatUnary,
  sqrt: floatUnary,
  tanh: floatUnary,
  sigmoid: floatUnary,
  sin: floatUnary,
  cos: floatUnary,
  power: signatures(2, ["float"]),
  // comparisons and logic
  less: comparison,
  lessEqual: comparison,
  equal: equality,
  notEqual: equality,
  and: signatures(2, ["bool"]),
  or: signatures(2, ["bool"]),
  not: signatures(1, ["bool"]),
  /** `condition ? a : b`; both sides are computed, neither can fail. */
  select: (["float", "int", "bool"] as const).map((type) => ({ args: ["bool", type, type] as const, result: type })),
  // casts: always written, never implied
  /** int or bool to float. */
  toFloat: [
    { args: ["int"], result: "float" },
    { args: ["bool"], result: "float" },
  ],
  /** float to int towards zero, saturating, NaN to 0; bool to 0 or 1. */
  toInt: [
    { args: ["float"], result: "int" },
    { args: ["bool"], result: "int" },
  ],
  // bits of ints; shift counts are taken modulo 32, shiftRight keeps the sign
  shiftLeft: intBinary,
  shiftRight: intBinary,
  bitAnd: intBinary,
  bitOr: intBinary,
  bitXor: intBinary,
  /** `random(seed, batch, head, query, key)`: uniform in [0, 1), a pure function of its five ints, the same on every backend. */
  random: [{ args: ["int", "int", "int", "int", "int"], result: "float" }],
};

/** The names of all operations. */
export const operationNames: readonly Operation[] = Object.freeze(Object.keys(operations) as Operation[]);
