import { derive, type Program } from "@fovea/program";
import type { FunctionBody, Local, ModuleBuilder } from "@fovea/wasm-assembler";
import { createVectorInstructions } from "./create-vector-program.ts";
import type { CallLayout, ProgramRole } from "../records/layout.ts";
import type { RowScope } from "./vector-program.ts";
import type { Simd } from "../vectors/simd.ts";

/** One read of a float table by a program: where, and what the program's value gains when the element grows. */
export interface VectorRead {
  /** The table's name, and byte offset of its address in the call's record; its dimensions follow. */
  readonly name: string;
  readonly at: number;
  readonly rank: number;
  /** Whether every key of a row reads the same element. */
  readonly sameAlongRow: boolean;
}

/** A program's value and derivatives for four neighboring keys. Locals, valid until the function that was given them returns. */
export interface VectorDerivativeValues {
  readonly value: Local;
  /** d value / d score; null where it is 1, 0 where the score is not read. */
  readonly score: Local | null | 0;
  /** Per read, one index per axis and d value / d element. */
  readonly reads: readonly { readonly indices: readonly Local[]; readonly gradient: Local }[];
}

/** A program with its derivatives, in the two stages of `VectorProgram`. */
export interface VectorDerivative {
  readonly reads: readonly VectorRead[];
  emitRow(f: FunctionBody, scope: RowScope): void;
  emitPair(f: FunctionBody, score: Local, keys: Local, use: (values: VectorDerivativeValues) => void): void;
}

/** Makes a program and the derivatives of its value ready for four keys at a time. */
export function createVectorDerivative(
  source: Program,
  layout: CallLayout,
  role: ProgramRole,
  simd: Simd,
  module: ModuleBuilder,
): VectorDerivative {
  const { program, score, tables } = derive(source);
  const wanted = [program.result, ...(score === null ? [] : [score])];
  for (const { indices, gradient } of tables) wanted.push(...indices, gradient);
  const instructions = createVectorInstructions(program, wanted, layout, role, simd, module);
  const isOne = (position: number): boolean => {
    const instruction = program.instructions[position];
    return instruction.op === "constant" && "value" in instruction && instruction.value === 1;
  };
  return {
    reads: tables.map(({ table, indices }) => {
      const { name, rank } = program.tables[table];
      const sameAlongRow = indices.every((index) => !instructions.perPair[index]);
      return { name, rank, at: layout.tables[role][name], sameAlongRow };
    }),
    emitRow: instructions.emitRow,
    emitPair(f, scores, keys, use) {
      instructions.emitPair(f, scores, keys, (values) =>
        use({
          value: values[program.result],
          score: score === null ? 0 : isOne(score) ? null : values[score],
          reads: tables.map(({ indices, gradient }) => ({
            indices: indices.map((index) => values[index]),
            gradient: values[gradient],
          })),
        }),
      );
    },
  };
}
