import { inputTypes, operations } from "@fovea/program";
import type { Input, Operation, Type } from "@fovea/program";

/** How a formula writes an operation: before or between its arguments, as a function, or either way. */
interface Notation {
  readonly operators?: readonly string[];
  readonly functions?: readonly string[];
}

/** Every operation of programs as formulas write it; `formatFormula` prints one of these, which a test holds against this table.
 *  What an operation takes is told by its signatures. */
const notations: Readonly<Record<Operation, Notation>> = {
  add: { operators: ["+"] },
  subtract: { operators: ["-"] },
  multiply: { operators: ["*"] },
  divide: { operators: ["/"] },
  floorDivide: { functions: ["div", "floorDivide"] },
  remainder: { operators: ["%", "mod"], functions: ["mod"] },
  minimum: { functions: ["min"] },
  maximum: { functions: ["max"] },
  negate: { operators: ["-"] },
  absolute: { functions: ["abs"] },
  floor: { functions: ["floor"] },
  exp: { functions: ["exp"] },
  log: { functions: ["log"] },
  sqrt: { functions: ["sqrt"] },
  tanh: { functions: ["tanh"] },
  sigmoid: { functions: ["sigmoid"] },
  sin: { functions: ["sin"] },
  cos: { functions: ["cos"] },
  power: { operators: ["^"], functions: ["pow"] },
  less: { operators: ["<"] },
  lessEqual: { operators: ["<="] },
  equal: { operators: ["=="] },
  notEqual: { operators: ["!="] },
  and: { operators: ["and"] },
  or: { operators: ["or"] },
  not: { operators: ["not"] },
  // also: condition ? a : b
  select: { functions: ["if", "select"] },
  toFloat: { functions: ["float"] },
  toInt: { functions: ["int"] },
  shiftLeft: { operators: ["<<"] },
  shiftRight: { operators: [">>"] },
  bitAnd: { operators: ["&"] },
  bitOr: { operators: ["|"] },
  bitXor: { operators: ["^|"] },
  random: { functions: ["random"] },
};

/** Methods of a traced value that formulas call. `random` is none: it begins with no value. */
export type Method = Exclude<Operation, "random"> | "greater" | "greaterEqual";

/** What an operator or function takes. `float`: ints become floats; `number`: ints when all are, else floats; `same`: that, or all bools;
 *  `int`, `bool`: exactly that. */
export type Takes = "float" | "number" | "same" | "int" | "bool";

export interface Rule {
  readonly method: Method;
  readonly takes: Takes;
}

/** Operators before one value, and between two. */
export const unaryOperators: ReadonlyMap<string, Rule> = new Map(operatorsOf(1));
export const binaryOperators: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...operatorsOf(2),
  [">", { method: "greater", takes: takesOfOperation("less") }],
  [">=", { method: "greaterEqual", takes: takesOfOperation("lessEqual") }],
]);

/** Every function, and the operation it writes. */
export const functions: ReadonlyMap<string, Operation> = new Map(
  names().flatMap((op) => (notations[op].functions ?? []).map((name) => [name, op] as const)),
);

/** Every function, and how many arguments it may have. */
export const arities: ReadonlyMap<string, readonly number[]> = new Map(
  [...functions].map(([name, op]) => [name, op === "random" ? [1, 5] : [arity(op)]] as const),
);

/** What a formula may name without brackets, beside its tables. `probability` is the score of a probability program. */
export const inputs: ReadonlyMap<string, Input> = new Map<string, Input>([
  ...(Object.keys(inputTypes) as Input[]).map((input) => [input, input] as const),
  ["probability", "score"],
]);

export const constants: ReadonlyMap<string, { readonly type: Type; readonly value: number }> = new Map([
  ["true", { type: "bool", value: 1 }],
  ["false", { type: "bool", value: 0 }],
  ["pi", { type: "float", value: Math.PI }],
  ["e", { type: "float", value: Math.E }],
  ["Infinity", { type: "float", value: Infinity }],
  ["NaN", { type: "float", value: NaN }],
]);

/** What the arguments of an operator or function are; of a "choice" the first is a bool, the others any. Undefined where there is no such rule. */
export function takesOf(word: string, args: number): Takes | "choice" | undefined {
  if (word === "?") return "choice";
  if (word === "~") return "int";
  const rule = (args === 1 ? unaryOperators : binaryOperators).get(word);
  if (rule !== undefined) return rule.takes;
  const op = functions.get(word);
  if (op === undefined || op === "toFloat" || op === "toInt") return undefined;
  return op === "select" ? "choice" : takesOfOperation(op);
}

/** What all arguments of an operation are. */
export function takesOfOperation(op: Operation): Takes {
  const types = new Set(operations[op].flatMap(({ args }) => args));
  if (types.size === 3) return "same";
  if (types.size === 2) return "number";
  const [type] = types;
  return type;
}

function operatorsOf(args: number): (readonly [string, Rule])[] {
  return names().flatMap((op) =>
    op === "random" || arity(op) !== args
      ? []
      : (notations[op].operators ?? []).map((sign) => [sign, { method: op, takes: takesOfOperation(op) }] as const),
  );
}

function arity(op: Operation): number {
  return operations[op][0].args.length;
}

function names(): Operation[] {
  return Object.keys(operations) as Operation[];
}
