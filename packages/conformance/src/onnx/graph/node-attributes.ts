import { CaseError } from "../case-error.ts";
import { constantOf } from "./graph-constant.ts";
import type { GraphConstant } from "./graph-constant.ts";

/** Attributes of a node, each checked when it is asked for. */
export interface NodeAttributes {
  number(name: string, fallback: number): number;
  text(name: string, fallback: string): string;
  list(name: string): readonly number[] | null;
  /** What a Constant node holds. */
  constant(): GraphConstant;
}

export function nodeAttributes(attributes: Readonly<Record<string, unknown>>): NodeAttributes {
  const refuse = (name: string, expected: string): never => {
    throw new CaseError(`expected attribute ${name} to be ${expected}, got ${JSON.stringify(attributes[name])}.`);
  };
  const list = (name: string): readonly number[] | null => {
    const given = attributes[name];
    if (given === undefined) return null;
    return Array.isArray(given) && given.every((item) => typeof item === "number")
      ? given
      : refuse(name, "a list of numbers");
  };
  return {
    list,
    number(name, fallback) {
      const given = attributes[name] ?? fallback;
      return typeof given === "number" ? given : refuse(name, "a number");
    },
    text(name, fallback) {
      const given = attributes[name] ?? fallback;
      return typeof given === "string" ? given : refuse(name, "text");
    },
    constant() {
      const { value, value_float: float, value_int: int } = attributes;
      if (value !== undefined) return constantOf("value", value);
      const scalar = float ?? int;
      const kind = float === undefined && attributes.value_floats === undefined ? "int" : "float";
      if (typeof scalar === "number") return { kind, shape: [], values: Float64Array.of(scalar) };
      const numbers = list("value_floats") ?? list("value_ints") ?? refuse("value", "a tensor or numbers");
      return { kind, shape: [numbers.length], values: Float64Array.from(numbers) };
    },
  };
}
