import { identities } from "./identities.ts";
import type { Simplifier } from "./identities.ts";
import type { Operation, Type } from "../ir/operations.ts";
import type { ProgramBuilder } from "../ir/program-builder.ts";
import type { Instruction } from "../ir/program.ts";
import { scalarRules } from "../ir/scalar-rules.ts";
import { findSignature } from "../ir/signature.ts";

/** Operations whose result is the same to the bit with the arguments exchanged. minimum and maximum are left out: derive sends ties to the first. */
const commutative = new Set<Operation>([
  "add",
  "multiply",
  "equal",
  "notEqual",
  "and",
  "or",
  "bitAnd",
  "bitOr",
  "bitXor",
]);

/** Writes into a builder, each instruction in its shortest form. Arguments have been written by it too. */
export class SimplifyingWriter implements Simplifier {
  readonly #builder: ProgramBuilder;

  constructor(builder: ProgramBuilder) {
    this.#builder = builder;
  }

  constant(value: number, type: Type): number {
    return this.#builder.constant(value, type);
  }

  apply(op: Operation, ...args: readonly number[]): number {
    const folded = this.#fold(op, args);
    if (folded !== undefined) return folded;
    const shorter = identities[op]?.(this, args[0], args[1], args[2]);
    if (shorter !== undefined) return shorter;
    if (commutative.has(op) && args[0] > args[1]) {
      const exchanged = this.#builder.find(op, args[1], args[0]);
      if (exchanged !== undefined) return exchanged;
    }
    return this.#builder.apply(op, ...args);
  }

  /** What stands at a position. */
  at(position: number): Instruction {
    return this.#builder.instructions[position];
  }

  /** The number at a position, undefined when it is no constant. */
  constantAt(position: number): number | undefined {
    const instruction = this.at(position);
    return instruction.op === "constant" ? instruction.value : undefined;
  }

  /** The arguments of what stands at a position when it is this operation. */
  argsOf(position: number, op: Operation): readonly number[] | undefined {
    const instruction = this.at(position);
    return instruction.op === op && "args" in instruction ? instruction.args : undefined;
  }

  #fold(op: Operation, args: readonly number[]): number | undefined {
    const argTypes = this.#builder.types(args);
    const values = args.map((arg) => this.constantAt(arg));
    const type = findSignature(op, argTypes)?.result;
    if (type === undefined || !values.every((value) => value !== undefined)) return undefined;
    return this.constant(scalarRules[op]({ type, argTypes }, ...values), type);
  }
}
