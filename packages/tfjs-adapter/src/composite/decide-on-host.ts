import {
  createEvaluator,
  decidingFloats,
  type Input,
  type Program,
  type TableDeclaration,
  usedInputs,
} from "@fovea/program";
import { tensor as plainTensor, type Tensor as PlainTensor } from "@fovea/tensor";
import { tensor, type Tensor } from "@tensorflow/tfjs-core";

/** Gives what a table holds, in whatever precision it came. */
export type HostTable = (name: string) => PlainTensor;

/** What a program decides by floats that do not rest on the score, by position: computed in JavaScript in float64, as the reference does, since tensors
 *  of TensorFlow.js are float32 and would make one document of two with numbers above 2 ** 24.
 *  @returns bools and ints in shapes that broadcast to `[batch, heads, queries, keys]` */
export function decideOnHost(
  program: Program,
  inputs: Readonly<Record<Input, Tensor>>,
  table: HostTable,
): ReadonlyMap<number, Tensor> {
  const { instructions } = program;
  const deciding = decidingFloats(program);
  const decided = new Map<number, Tensor>();
  for (const [position, instruction] of instructions.entries()) {
    if (instruction.type === "float" || !("args" in instruction) || instruction.op === "gather") continue;
    const floats = instruction.args.filter((arg) => instructions[arg].type === "float");
    if (floats.length === 0 || !floats.every((arg) => deciding[arg])) continue;
    decided.set(position, evaluateEverywhere({ ...program, result: position }, inputs, table));
  }
  return decided;
}

const axes = ["batch", "head", "query", "key"] as const;

/** A program that reads no score for every pair, along the axes that it depends on. */
function evaluateEverywhere(program: Program, inputs: Readonly<Record<Input, Tensor>>, table: HostTable): Tensor {
  const evaluate = createEvaluator(program, readTables(program, table));
  const used = usedInputs(program);
  // queries start elsewhere in each batch element
  if (used.has("query")) used.add("batch");
  const shape = axes.map((input, axis): number => (used.has(input) ? (inputs[input].shape as number[])[axis] : 1));
  const [batches, heads, queries, keys] = shape;
  const starts = inputs.query.dataSync();
  const lengths = [inputs.queries.dataSync()[0], inputs.keys.dataSync()[0]] as const;
  const [, , perBatch] = inputs.query.shape as number[];
  const results = new Int32Array(batches * heads * queries * keys);
  let at = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let head = 0; head < heads; head++) {
      for (let row = 0; row < queries; row++) {
        const query = starts[batch * perBatch + row];
        for (let key = 0; key < keys; key++) results[at++] = evaluate(0, batch, head, query, key, ...lengths);
      }
    }
  }
  const type = program.instructions[program.result].type;
  return type === "bool" ? tensor(Uint8Array.from(results), shape, "bool") : tensor(results, shape, "int32");
}

/** The tables that a program's result rests on; the others, which nobody reads, stand empty. */
function readTables(program: Program, table: HostTable): Record<string, PlainTensor> {
  const read = tablesRead(program);
  return Object.fromEntries(
    program.tables.map((declared, index) => [declared.name, read.has(index) ? table(declared.name) : empty(declared)]),
  );
}

function tablesRead({ instructions, result }: Program): ReadonlySet<number> {
  const needed = new Set([result]);
  const read = new Set<number>();
  for (let position = result; position >= 0; position--) {
    const instruction = instructions[position];
    if (!needed.has(position) || !("args" in instruction)) continue;
    for (const arg of instruction.args) needed.add(arg);
    if (instruction.op === "gather" && "table" in instruction) read.add(instruction.table);
  }
  return read;
}

const dtypes = { float: "float64", int: "int32", bool: "bool" } as const;

function empty({ type, rank }: TableDeclaration): PlainTensor {
  const shape = new Array<number>(rank).fill(0);
  return plainTensor(rank === 0 ? [0] : [], { shape, dtype: dtypes[type] });
}
