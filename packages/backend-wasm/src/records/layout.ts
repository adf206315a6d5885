import type { Plan } from "@fovea/dot-product-attention";
import { decidingTables } from "../programs/deciding-tables.ts";
import { type MathOperation, mathOperations } from "../programs/math-functions.ts";
import { RecordLayout } from "./record-layout.ts";

/** One unit of work for `run`: the rows of one query tile of one head. Addresses are bytes in the module's memory; strides are bytes between rows. */
const fields = {
  call: "int",
  query: "int",
  queryStride: "int",
  key: "int",
  keyStride: "int",
  /** Of int8 keys and values: where the head's scales are, one per key. */
  keyScales: "int",
  value: "int",
  valueStride: "int",
  valueScales: "int",
  output: "int",
  outputStride: "int",
  /** Where the log-sum-exp, row maxima and thresholds of the tile's rows go (float32 each). */
  logSumExp: "int",
  rowMaximum: "int",
  threshold: "int",
  /** Rows in the tile, 1 to `queryTile`. */
  rows: "int",
  /** Absolute index of the tile's first query. */
  firstQuery: "int",
  batch: "int",
  head: "int",
  /** The head's sink in units of score, for softmaxWithSink. */
  sink: "float",
  /** Address of `runCount` triples (first key, end key, full), ascending: the keys that rows of the task see, which are packed. */
  runs: "int",
  runCount: "int",
  /** Blocks of rows, each with runs of its own: address of where the first one's are, which is followed by where they end and the next one's begin; rows
   *  of the first block that belong to the task; rows of every other. */
  blocks: "int",
  firstRows: "int",
  blockRows: "int",
  /** What queries are multiplied with before the dot products. */
  queryScale: "float",
  /** Exponents of 2 in one unit of score, for softmax. */
  unit: "float",
} as const;
export type TaskField = keyof typeof fields;

export const forwardTask: RecordLayout<TaskField> = new RecordLayout(fields);

/** Byte offsets in the record that all tasks of a call share. */
export interface CallLayout {
  readonly queries: number;
  readonly keys: number;
  /** By role and table name: where the table's address lies; its dimensions follow, one int each. Elements are 4 bytes: float32, int32, or 0 and 1. */
  readonly tables: Readonly<Record<ProgramRole, Readonly<Record<string, number>>>>;
  /** By role: the tables whose elements are float64, 8 bytes, because a decision rests on them. */
  readonly doubles: Readonly<Record<ProgramRole, ReadonlySet<string>>>;
  /** Functions of JavaScript's `Math` that a module imports for these programs. */
  readonly functions: readonly MathOperation[];
  readonly bytes: number;
}

export const programRoles = ["score", "mask", "probability"] as const;
export type ProgramRole = (typeof programRoles)[number];

export function callLayout(plan: Pick<Plan, ProgramRole>): CallLayout {
  let end = 8;
  const tables: Record<ProgramRole, Record<string, number>> = { score: {}, mask: {}, probability: {} };
  for (const role of programRoles) {
    for (const { name, rank } of plan[role]?.tables ?? []) {
      tables[role][name] = end;
      end += 4 * (1 + rank);
    }
  }
  const doublesOf = (role: ProgramRole): ReadonlySet<string> => (plan[role] ? decidingTables(plan[role]) : new Set());
  return {
    queries: 0,
    keys: 4,
    tables,
    doubles: { score: doublesOf("score"), mask: doublesOf("mask"), probability: doublesOf("probability") },
    functions: mathOperations(programRoles.map((role) => plan[role])),
    bytes: end,
  };
}
