import { createDerivativeEvaluator } from "@fovea/program";
import type { PairInputs, Program } from "@fovea/program";
import { size, tensor } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";

/** The way back through a program, pair by pair. */
export interface ProgramGradient {
  /** Adds one pair's share to the table gradients and returns d loss / d score.
   *  @param gradient d loss / d what the program gave
   *  @param pair as the program was given it */
  pass(gradient: number, ...pair: PairInputs): number;
  /** The sums so far, by float table, in the table's shape and dtype. */
  tables(): Readonly<Record<string, Tensor>>;
}

export function createProgramGradient(program: Program, tables: Readonly<Record<string, Tensor>>): ProgramGradient {
  const floatTables = program.tables.filter((table) => table.type === "float").map(({ name }) => name);
  const sums = Object.fromEntries(floatTables.map((name) => [name, new Float64Array(size(tables[name]))]));
  const derivative = createDerivativeEvaluator(program, tables, sums);
  return {
    pass(gradient, score, batch, head, query, key, queries, keys) {
      derivative.evaluate(score, batch, head, query, key, queries, keys);
      derivative.addTableGradients(gradient);
      return gradient * derivative.scoreGradient();
    },
    tables: () =>
      Object.fromEntries(
        floatTables.map((name) => {
          const { shape, dtype } = tables[name];
          return [name, tensor(sums[name], { shape, dtype })];
        }),
      ),
  };
}
