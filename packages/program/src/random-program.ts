import { sizeOf, tensor } from "@fovea/tensor";
import { inputTypes, operationNames, operations } from "./ir/operations.ts";
import type { Input, Operation, Type } from "./ir/operations.ts";
import { ProgramBuilder } from "./ir/program-builder.ts";
import type { Program } from "./ir/program.ts";

/** Uniform numbers in [0, 1). */
export type Uniform = () => number;

export interface RandomProgramOptions {
  /** What the program gives. Default: one of the three. */
  readonly result?: Type;
  /** Operations are nested this deep at most. Default 5. */
  readonly depth?: number;
  /** Operations to choose from. Default: all. */
  readonly operations?: readonly Operation[];
  /** Inputs to choose from. Default: all. */
  readonly inputs?: readonly Input[];
  /** Whether NaN, infinities, -0 and the ends of the ints are among constants and table values. Default true. */
  readonly specials?: boolean;
  /** Tables at most, each with values, of rank 1 to 3. Default 3. */
  readonly tables?: number;
}

/** A well-typed program with values for its tables, for tests that hold for every program.
 *  @param next uniform numbers in [0, 1); the same numbers give the same program */
export function randomProgram(next: Uniform, options: RandomProgramOptions = {}): Program {
  const { depth = 5, specials = true, tables = 3, inputs = Object.keys(inputTypes) as Input[] } = options;
  const { operations: allowed = operationNames } = options;
  const builder = new ProgramBuilder();
  for (let table = integer(next, 0, tables); table > 0; table--) declareTable(builder, next, specials);

  const leaf = (type: Type): number => {
    const known = builder.instructions.flatMap((instruction, position) =>
      instruction.type === type ? [position] : [],
    );
    if (known.length > 0 && next() < 0.25) return choose(next, known);
    const fitting = inputs.filter((input) => inputTypes[input] === type);
    if (fitting.length > 0 && next() < 0.7) return builder.input(choose(next, fitting));
    return builder.constant(randomNumber(next, type, specials), type);
  };
  const expression = (type: Type, depth: number): number => {
    if (depth === 0 || builder.instructions.length > mostInstructions || next() < 0.1) return leaf(type);
    const fitting = builder.tables.flatMap((table, position) => (table.type === type ? [position] : []));
    if (fitting.length > 0 && next() < 0.15) {
      const table = choose(next, fitting);
      return builder.gather(
        table,
        Array.from({ length: builder.tables[table].rank }, () => expression("int", integer(next, 0, depth - 1))),
      );
    }
    const signatures = allowed.flatMap((op) =>
      operations[op].filter(({ result }) => result === type).map(({ args }) => ({ op, args })),
    );
    if (signatures.length === 0) return leaf(type);
    const { op, args } = choose(next, signatures);
    return builder.apply(op, ...args.map((arg) => expression(arg, depth - 1)));
  };
  return builder.build(expression(options.result ?? choose(next, types), depth));
}

/** Numbers for every input: small indices, so that tables are met, and now and then the largest.
 *  @param specials default true: scores may be NaN or infinite, ints may be at the ends of their range */
export function randomInputs(next: Uniform, specials = true): Record<Input, number> {
  const int = (): number => (specials && next() < 0.05 ? randomNumber(next, "int", true) : integer(next, 0, 9));
  return {
    score: randomNumber(next, "float", specials),
    batch: int(),
    head: int(),
    query: int(),
    key: int(),
    queries: int(),
    keys: int(),
  };
}

/** Where a program that has grown wide stops growing; what is open is closed with leaves. */
const mostInstructions = 500;

const types = ["float", "int", "bool"] as const;
const floatSpecials = [NaN, Infinity, -Infinity, -0, 0, 1, -1, 2, 0.5, 1e300, 1e-300, -1e300];
const intSpecials = [-2147483648, 2147483647, -1, 0, 1, 2, 31, 32, 65536];

function declareTable(builder: ProgramBuilder, next: Uniform, specials: boolean): void {
  const type = choose(next, types);
  const shape = Array.from({ length: integer(next, 1, 3) }, () => integer(next, 1, 6));
  const size = sizeOf(shape);
  const numbers = Array.from({ length: size }, () => randomNumber(next, type, specials && next() < 0.2));
  const values = tensor(numbers, { dtype: type === "float" ? "float64" : type === "int" ? "int32" : "bool", shape });
  builder.declare({ name: `table${builder.tables.length}`, type, rank: shape.length }, values);
}

function randomNumber(next: Uniform, type: Type, specials: boolean): number {
  if (type === "bool") return integer(next, 0, 1);
  const isSpecial = specials && next() < 0.3;
  if (type === "int") return isSpecial ? choose(next, intSpecials) : integer(next, -3, 9);
  return isSpecial ? choose(next, floatSpecials) : next() * 8 - 4;
}

function integer(next: Uniform, low: number, high: number): number {
  return low + Math.floor(next() * (high - low + 1));
}

function choose<T>(next: Uniform, items: readonly T[]): T {
  return items[integer(next, 0, items.length - 1)];
}
