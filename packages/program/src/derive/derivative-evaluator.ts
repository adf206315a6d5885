import { size } from "@fovea/tensor";
import { bindTables } from "../ir/bind-tables.ts";
import type { Tables } from "../ir/bind-tables.ts";
import { derive } from "./derive.ts";
import { createMachine } from "../evaluate/machine.ts";
import type { Pair } from "../evaluate/pair.ts";
import type { Program } from "../ir/program.ts";
import { ProgramError } from "../ir/program-error.ts";

/** Where gradients of tables are added up, by table name: row-major in the table's shape. */
export type TableAccumulators = Readonly<Record<string, Float64Array>>;

/** A program's value and derivatives, one pair after another. */
export interface DerivativeEvaluator {
  /** Computes the value and every derivative for one pair; gives the value. The others below are of the last pair asked for. */
  readonly evaluate: Pair<number>;
  /** d value / d score; 0 when the score is not read. */
  readonly scoreGradient: () => number;
  /** Adds `factor * d value / d element` for every element that was read. Reads outside a table belong to no element.
   *  Tables without an accumulator are left out. */
  readonly addTableGradients: (factor: number) => void;
}

/** The fast form of `derive`, for many pairs.
 *  @param tables default: the values that came with the program
 *  @param accumulators one for each float table whose gradient is wanted
 *  @throws {ProgramError} when the program gives no float, for missing tables, or an accumulator of another size or of no float table */
export function createDerivativeEvaluator(
  program: Program,
  tables?: Tables,
  accumulators: TableAccumulators = {},
): DerivativeEvaluator {
  const derivative = derive(program);
  const who = "createDerivativeEvaluator";
  const bound = bindTables(who, program, tables);
  const { floats, ints, registerOf, run } = createMachine(who, derivative.program, tables);
  for (const name of Object.keys(accumulators)) {
    const table = program.tables.findIndex((table) => table.name === name && table.type === "float");
    if (table < 0) throw new ProgramError(`${who}: the program has no float table ${name} to differentiate by.`);
    const elements = size(bound[table]);
    if (accumulators[name].length !== elements) {
      throw new ProgramError(
        `${who}: table ${name} has ${elements} elements, its accumulator ${accumulators[name].length}.`,
      );
    }
  }
  const reads = derivative.tables.flatMap(({ table, indices, gradient }) => {
    const { name } = derivative.program.tables[table];
    if (!Object.hasOwn(accumulators, name)) return [];
    const { shape } = bound[table];
    const from = indices.map((index) => registerOf[index]);
    return [{ into: accumulators[name], shape, from, gradient: registerOf[gradient] }];
  });
  const value = registerOf[derivative.program.result];
  const score = derivative.score === null ? undefined : registerOf[derivative.score];
  return {
    evaluate: (score, batch, head, query, key, queries, keys) => {
      run(score, batch, head, query, key, queries, keys);
      return floats[value];
    },
    scoreGradient: () => (score === undefined ? 0 : floats[score]),
    addTableGradients: (factor) => {
      for (const { into, shape, from, gradient } of reads) {
        let flat = 0;
        let isInside = true;
        for (let axis = 0; axis < shape.length; axis++) {
          const index = ints[from[axis]];
          if (index < 0 || index >= shape[axis]) isInside = false;
          flat = flat * shape[axis] + index;
        }
        if (isInside) into[flat] += factor * floats[gradient];
      }
    },
  };
}
