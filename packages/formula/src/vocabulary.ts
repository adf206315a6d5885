import { inputTypes } from "@fovea/program";
import type { Input, Type } from "@fovea/program";

/** Methods of a traced value that take nothing, and one other value. */
export type UnaryMethod =
  "negate" | "not" | "absolute" | "floor" | "exp" | "log" | "sqrt" | "tanh" | "sigmoid" | "sin" | "cos";
export type BinaryMethod =
  | ("add" | "subtract" | "multiply" | "divide" | "floorDivide" | "remainder" | "minimum" | "maximum" | "power")
  | ("less" | "lessEqual" | "greater" | "greaterEqual" | "equal" | "notEqual" | "and" | "or")
  | ("shiftLeft" | "shiftRight" | "bitAnd" | "bitOr" | "bitXor");

/** What an operator or function takes. `float`: ints become floats; `number`: ints when all are, else floats; `same`: that, or all bools;
 *  `int`, `bool`: exactly that. */
export type Takes = "float" | "number" | "same" | "int" | "bool";

export interface Rule<Method> {
  readonly method: Method;
  readonly takes: Takes;
}

export const unaryOperators: ReadonlyMap<string, Rule<UnaryMethod>> = new Map<string, Rule<UnaryMethod>>([
  ["-", { method: "negate", takes: "number" }],
  ["not", { method: "not", takes: "bool" }],
]);

export const binaryOperators: ReadonlyMap<string, Rule<BinaryMethod>> = new Map<string, Rule<BinaryMethod>>([
  ["+", { method: "add", takes: "number" }],
  ["-", { method: "subtract", takes: "number" }],
  ["*", { method: "multiply", takes: "number" }],
  ["/", { method: "divide", takes: "float" }],
  ["%", { method: "remainder", takes: "number" }],
  ["mod", { method: "remainder", takes: "number" }],
  ["^", { method: "power", takes: "float" }],
  ["<", { method: "less", takes: "number" }],
  ["<=", { method: "lessEqual", takes: "number" }],
  [">", { method: "greater", takes: "number" }],
  [">=", { method: "greaterEqual", takes: "number" }],
  ["==", { method: "equal", takes: "same" }],
  ["!=", { method: "notEqual", takes: "same" }],
  ["and", { method: "and", takes: "bool" }],
  ["or", { method: "or", takes: "bool" }],
  ["&", { method: "bitAnd", takes: "int" }],
  ["|", { method: "bitOr", takes: "int" }],
  ["^|", { method: "bitXor", takes: "int" }],
  ["<<", { method: "shiftLeft", takes: "int" }],
  [">>", { method: "shiftRight", takes: "int" }],
]);

export const unaryFunctions: ReadonlyMap<string, Rule<UnaryMethod>> = new Map<string, Rule<UnaryMethod>>([
  ["abs", { method: "absolute", takes: "number" }],
  ["floor", { method: "floor", takes: "float" }],
  ["exp", { method: "exp", takes: "float" }],
  ["log", { method: "log", takes: "float" }],
  ["sqrt", { method: "sqrt", takes: "float" }],
  ["tanh", { method: "tanh", takes: "float" }],
  ["sigmoid", { method: "sigmoid", takes: "float" }],
  ["sin", { method: "sin", takes: "float" }],
  ["cos", { method: "cos", takes: "float" }],
]);

export const binaryFunctions: ReadonlyMap<string, Rule<BinaryMethod>> = new Map<string, Rule<BinaryMethod>>([
  ["min", { method: "minimum", takes: "number" }],
  ["max", { method: "maximum", takes: "number" }],
  ["pow", { method: "power", takes: "float" }],
  ["mod", { method: "remainder", takes: "number" }],
  ["div", { method: "floorDivide", takes: "int" }],
  ["floorDivide", { method: "floorDivide", takes: "int" }],
]);

/** Every function, and how many arguments it may have. */
export const arities: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...[...unaryFunctions.keys(), "float", "int"].map((name) => [name, [1]] as const),
  ...[...binaryFunctions.keys()].map((name) => [name, [2]] as const),
  ["if", [3]],
  ["select", [3]],
  ["random", [1, 5]],
]);

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
  if (args === 3) return "choice";
  if (word === "~" || word === "random") return "int";
  const rules = args === 1 ? [unaryOperators, unaryFunctions] : [binaryOperators, binaryFunctions];
  return (rules[0].get(word) ?? rules[1].get(word))?.takes;
}
