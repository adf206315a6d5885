import { bindTables } from "../ir/bind-tables.ts";
import type { Tables } from "../ir/bind-tables.ts";
import { interpretAll } from "../ir/interpret.ts";
import type { Rule, Rules } from "../ir/interpret.ts";
import { intervalRules } from "./interval-rules.ts";
import { anyFloat, anyInt, isEmpty, point } from "./interval.ts";
import type { Interval } from "./interval.ts";
import { inputTypes, operationNames } from "../ir/operations.ts";
import type { Input, Operation } from "../ir/operations.ts";
import { ProgramError } from "../ir/program-error.ts";
import type { Program } from "../ir/program.ts";
import { recordOf } from "../ir/record-of.ts";
import { simplify } from "../simplify/simplify.ts";
import { tableRange } from "./table-range.ts";
import type { TableRange } from "./table-range.ts";

/** What the inputs may be; an input that is left out may be anything of its type. */
export type Box = Partial<Readonly<Record<Input, Interval | number>>>;

/** Tables made ready to be asked their range over boxes of indices, by name. */
export type PreparedTables = Readonly<Record<string, TableRange>>;

/** What a program may give for inputs in a box. */
export type Bounder = (box: Box) => Interval;

/** What a program may give for inputs in a box: whatever `evaluate` gives for inputs there lies within. The answer may be too wide
 *  (an input that is read twice is taken for two), never too narrow. A bool gives 0..0 (never), 1..1 (always) or 0..1.
 *  `createBounder` is the form for many boxes.
 *  @throws {ProgramError} for missing tables, or an interval that is empty or leaves its type */
export function bound(program: Program, box: Box, tables?: PreparedTables): Interval {
  return createBounder(program, tables)(box);
}

/** Prepares every table of a program for `bound`; in O(elements). Prepare again after changing a table.
 *  @param spend is told what each question about a table of several axes has cost, about what as many operations on intervals would
 *  @throws {ProgramError} for a table that is missing or does not fit */
export function prepareTables(program: Program, tables?: Tables, spend?: (work: number) => void): PreparedTables {
  const held = bindTables("prepareTables", program, tables);
  return Object.fromEntries(program.tables.map(({ name }, position) => [name, tableRange(held[position], spend)]));
}

/** The form of `bound` for many boxes.
 *  @param tables default: the values that came with the program
 *  @throws {ProgramError} for missing tables */
export function createBounder(program: Program, tables: PreparedTables = prepareTables(program)): Bounder {
  const short = simplify(program);
  const ranges: Interval[] = [];
  const moves: ((box: Box) => void)[] = [];
  const operation =
    (op: Operation): Rule<number> =>
    (step, ...args) => {
      const rule = intervalRules[op];
      const [a, b] = args;
      const { position } = step;
      if (args.length === 1) moves.push(() => void (ranges[position] = rule(step, ranges[a])));
      else if (args.length === 2) moves.push(() => void (ranges[position] = rule(step, ranges[a], ranges[b])));
      else moves.push(() => void (ranges[position] = rule(step, ...args.map((arg) => ranges[arg]))));
      return position;
    };
  const rules: Rules<number> = {
    ...recordOf(operationNames, operation),
    constant: ({ position }, value) => {
      ranges[position] = point(value);
      return position;
    },
    input: ({ position }, input) => {
      moves.push((box) => void (ranges[position] = inputRange(box, input)));
      return position;
    },
    gather: ({ position }, table, ...indices) => {
      const { name } = short.tables[table];
      if (!Object.hasOwn(tables, name)) throw new ProgramError(`createBounder: table ${name} was not prepared.`);
      const range = tables[name];
      moves.push(() => void (ranges[position] = range(indices.map((index) => ranges[index]))));
      return position;
    },
  };
  interpretAll(short, rules);
  return (box) => {
    for (let i = 0; i < moves.length; i++) moves[i](box);
    return ranges[short.result];
  };
}

function inputRange(box: Box, input: Input): Interval {
  const given = box[input];
  const isInt = inputTypes[input] === "int";
  if (given === undefined) return isInt ? anyInt : anyFloat;
  const range = typeof given === "number" ? point(given) : given;
  const fits = isInt
    ? range.low >= anyInt.low && range.high <= anyInt.high && !range.nan
    : range.nan || range.low <= range.high;
  if (!fits || (isInt && (isEmpty(range) || !Number.isInteger(range.low) || !Number.isInteger(range.high)))) {
    const { low, high } = range;
    throw new ProgramError(
      `bound: ${input} must be ${isInt ? "a range of ints" : "a range of numbers"}, got ${low}..${high}.`,
    );
  }
  return range;
}
