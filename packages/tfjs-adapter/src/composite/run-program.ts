import {
  derive,
  interpret,
  interpretAll,
  type Input,
  type Program,
  type Rule,
  type Rules,
  type Step,
} from "@fovea/program";
import { add, mul, zerosLike } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { decideOnHost, type HostTable } from "./decide-on-host.ts";
import { scatterTable } from "./gather-table.ts";
import { safeSelect } from "./safe-select.ts";
import { tensorRules } from "./tensor-rules.ts";

/** Tables of one program by name. */
export type TensorTables = Readonly<Record<string, Tensor>>;

/** The same, and what each of them holds where JavaScript reads it. */
export interface ProgramTables {
  readonly tensors: TensorTables;
  readonly host: HostTable;
}

/** What a program gives for every pair, in a shape that broadcasts to `[batch, heads, queries, keys]`. */
export function runProgram(program: Program, inputs: Readonly<Record<Input, Tensor>>, tables: ProgramTables): Tensor {
  return interpret(program, rulesOf(program, inputs, tables));
}

/** Passes a gradient back through a program.
 *  @param gradient `[batch, heads, queries, keys]`, 0 where a pair is not seen
 *  @returns the gradient of the score that the program read, and of each float table */
export function backThrough(
  program: Program,
  inputs: Readonly<Record<Input, Tensor>>,
  tables: ProgramTables,
  gradient: Tensor,
  seen: Tensor,
): { readonly score: Tensor; readonly tables: TensorTables } {
  const derivative = derive(program);
  const values = interpretAll(derivative.program, rulesOf(derivative.program, inputs, tables));
  const none = zerosLike(gradient);
  // a slope may be infinite or NaN where a pair is not seen: selected out, not multiplied by 0
  const share = (slope: number): Tensor => safeSelect(seen, mul(gradient, safeSelect(seen, values[slope], none)), none);
  const sums: Record<string, Tensor> = {};
  for (const read of derivative.tables) {
    const { name } = derivative.program.tables[read.table];
    const indices = read.indices.map((position) => values[position]);
    const sum = scatterTable(share(read.gradient), tables.tensors[name].shape, indices);
    sums[name] = sums[name] ? add(sums[name], sum) : sum;
  }
  return { score: derivative.score === null ? none : share(derivative.score), tables: sums };
}

/** What a program means on tensors; what it decides by floats that need float64 is known beforehand. */
function rulesOf(
  program: Program,
  inputs: Readonly<Record<Input, Tensor>>,
  { tensors, host }: ProgramTables,
): Rules<Tensor> {
  const decided = decideOnHost(program, inputs, host);
  const rules = tensorRules(
    inputs,
    program.tables.map(({ name }) => tensors[name]),
  );
  const known = Object.entries(rules).map(([name, rule]) => [
    name,
    (step: Step, ...args: never[]): Tensor => decided.get(step.position) ?? (rule as Rule<Tensor>)(step, ...args),
  ]);
  return Object.fromEntries(known) as Rules<Tensor>;
}
