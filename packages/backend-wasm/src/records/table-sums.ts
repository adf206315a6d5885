import type { Call, Plan, TableGradients } from "@fovea/dot-product-attention";
import type { Input, Program } from "@fovea/program";
import { size, tensor, type Tensor } from "@fovea/tensor";
import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/borrowed.ts";

/** A float table of a plan, whose gradient backward gives. */
export interface FloatTable {
  readonly role: "score" | "probability";
  readonly name: string;
}

/** The order in which kernels know them. */
export function floatTables(plan: Plan): readonly FloatTable[] {
  return (["score", "probability"] as const).flatMap((role) =>
    (plan[role]?.tables ?? []).filter(({ type }) => type === "float").map(({ name }) => ({ role, name })),
  );
}

/** Which part of a call a task is. */
export interface TaskPlace {
  readonly batch: number;
  readonly keyHead: number;
  readonly chunk: number;
}

/** How many of each there are. */
export interface TaskCounts {
  readonly batch: number;
  readonly keyHeads: number;
  readonly chunks: number;
}

/** Where the table gradients of a call's tasks are summed, in float64: each task in a copy of its own unless the tasks that share one meet different elements. */
export interface TableSums {
  /** How many turns the tasks take: those of one turn may run at the same time. More than 1 where copies for all would take too much memory. */
  readonly turns: number;
  turn(place: TaskPlace): number;
  /** Address of the list of the sums' addresses for one task. */
  list(place: TaskPlace): number;
  /** All copies added up in their order, in each table's shape and dtype. */
  finish(): TableGradients;
}

/** Copies of one table take this many bytes, or one copy. */
const mostBytes = 2 ** 26;

export function createTableSums(heap: Heap, borrowed: Borrowed, plan: Plan, call: Call, counts: TaskCounts): TableSums {
  const tables = floatTables(plan).map(({ role, name }) => {
    const program = plan[role] as Program;
    const table = call.tables[role][name];
    const copyOf = copyNumber(program, name, counts);
    const copies = copyOf({ batch: counts.batch - 1, keyHead: counts.keyHeads - 1, chunk: counts.chunks - 1 }) + 1;
    // one number in front of the sums takes what lies outside the table
    const bytes = Math.ceil((size(table) * 8 + 8) / 64) * 64;
    const kept = Math.max(1, Math.min(copies, Math.floor(mostBytes / bytes)));
    const address = borrowed.allocate(kept * bytes);
    heap.u8.fill(0, address, address + kept * bytes);
    return { role, name, table, copyOf, kept, bytes, address, turns: Math.ceil(copies / kept) };
  });
  const tasks = counts.batch * counts.keyHeads * counts.chunks;
  const lists = borrowed.allocate(tasks * tables.length * 4);
  return {
    turns: tables.reduce((product, { turns }) => product * turns, 1),
    turn: (place) =>
      tables.reduce((turn, { copyOf, kept, turns }) => turn * turns + Math.floor(copyOf(place) / kept), 0),
    list(place) {
      const task = (place.batch * counts.keyHeads + place.keyHead) * counts.chunks + place.chunk;
      const list = lists + task * tables.length * 4;
      const addresses = tables.map(({ copyOf, kept, address, bytes }) => address + (copyOf(place) % kept) * bytes + 8);
      heap.i32.set(addresses, list / 4);
      return list;
    },
    finish() {
      const gradients: Record<FloatTable["role"], Record<string, Tensor>> = { score: {}, probability: {} };
      for (const { role, name, table, kept, bytes, address } of tables) {
        const sums = new Float64Array(size(table));
        for (let copy = 0; copy < kept; copy++) {
          const part = new Float64Array(heap.memory.buffer, address + copy * bytes + 8, sums.length);
          for (let i = 0; i < sums.length; i++) sums[i] += part[i];
        }
        gradients[role][name] = tensor(sums, { shape: table.shape, dtype: table.dtype });
      }
      return gradients;
    },
  };
}

/** Numbers copies of a table so that tasks with one number never meet in an element: where every read has, say, `head` itself for the same index, the heads
 *  share a copy. */
function copyNumber(program: Program, name: string, counts: TaskCounts): (place: TaskPlace) => number {
  const byBatch = isIndex(program, name, "batch");
  const byHead = isIndex(program, name, "head");
  const byQuery = isIndex(program, name, "query");
  return ({ batch, keyHead, chunk }) => {
    let copy = byBatch ? 0 : batch;
    if (!byHead) copy = copy * counts.keyHeads + keyHead;
    if (!byHead || !byQuery) copy = copy * counts.chunks + chunk;
    return copy;
  };
}

/** Whether one index of a table is `input` itself in every read. */
function isIndex({ tables, instructions }: Program, name: string, input: Input): boolean {
  const position = tables.findIndex((table) => table.name === name);
  const reads = instructions.flatMap((instruction) =>
    instruction.op === "gather" && "table" in instruction && instruction.table === position ? [instruction.args] : [],
  );
  return (
    tables[position].rank > 0 &&
    Array.from({ length: tables[position].rank }, (_, axis) => axis).some((axis) =>
      reads.every((args) => {
        const index = instructions[args[axis]];
        return index.op === "input" && "input" in index && index.input === input;
      }),
    )
  );
}
