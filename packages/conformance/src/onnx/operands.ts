import type { Backend } from "@fovea/dot-product-attention";
import type { Tensor } from "@fovea/tensor";
import { CaseError } from "./case-error.ts";
import { decodeTensor } from "./decode-tensor.ts";
import type { OnnxCase } from "./onnx-case.ts";

/** A case seen by its operator: operands by place, attributes by name, both checked when they are asked for. */
export interface Operands {
  /** Where attention runs. */
  readonly backend: Backend;
  /** How many inputs the node lists, absent ones included. */
  readonly count: number;
  input(place: number, name: string): Tensor;
  optional(place: number, name: string): Tensor | null;
  /** Element type of an input, by ONNX's numbering; 0 where it is absent. */
  typeOf(place: number): number;
  number(attribute: string, fallback: number): number;
  whole(attribute: string, fallback: number): number;
  text<T extends string>(attribute: string, accepted: readonly T[], fallback: T): T;
  attribute(name: string): unknown;
  /** Whether the node asks for its output number `place`. */
  wants(place: number): boolean;
}

export function operandsOf({ op, inputs, outputs, attrs, tensors }: OnnxCase, backend: Backend): Operands {
  const optional = (place: number, name: string): Tensor | null => {
    const given = inputs[place] ?? "";
    if (given === "") return null;
    if (!Object.hasOwn(tensors, given))
      throw new CaseError(`${op}: input ${name} names "${given}", which is no tensor of the case.`);
    return decodeTensor(given, tensors[given]);
  };
  const number = (attribute: string, fallback: number): number => {
    const value = attrs[attribute] ?? fallback;
    if (typeof value === "number") return value;
    throw new CaseError(`${op}: expected attribute ${attribute} to be a number, got ${JSON.stringify(value)}.`);
  };
  return {
    backend,
    count: inputs.length,
    optional,
    input(place, name) {
      const operand = optional(place, name);
      if (operand === null) throw new CaseError(`${op}: input ${place} (${name}) is needed.`);
      return operand;
    },
    typeOf: (place) => tensors[inputs[place] ?? ""]?.type ?? 0,
    number,
    whole(attribute, fallback) {
      const value = number(attribute, fallback);
      if (Number.isInteger(value)) return value;
      throw new CaseError(`${op}: expected attribute ${attribute} to be a whole number, got ${value}.`);
    },
    text(attribute, accepted, fallback) {
      const value = attrs[attribute] ?? fallback;
      const found = accepted.find((name) => name === value);
      if (found !== undefined) return found;
      throw new CaseError(
        `${op}: expected attribute ${attribute} to be one of ${accepted.join(", ")}, got ${JSON.stringify(value)}.`,
      );
    },
    attribute: (name) => attrs[name],
    wants: (place) => (outputs[place] ?? "") !== "",
  };
}
