import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/operand.ts";
import {
  floatFields,
  type OperationField,
  type OperationKind,
  operationKinds,
  operationTaskBytes,
  operationTasks,
} from "./task.ts";

const taskWords = operationTaskBytes / 4;

/** Of each kind: its number, and its fields in order. */
const layouts = Object.fromEntries(
  operationKinds.map((kind, number) => {
    const names = operationTasks[kind].filter((name) => name !== "kind");
    return [kind, { number, fields: names.map((name) => ({ name, isFloat: floatFields.has(name) })) }];
  }),
);

/** Tasks of one call, collected before they go into the memory together. */
export class TaskList {
  readonly #words: number[] = [];

  get count(): number {
    return this.#words.length / taskWords;
  }

  add<K extends OperationKind>(kind: K, fields: Readonly<Record<OperationField<K>, number>>): void {
    const values = fields as Readonly<Record<string, number>>;
    const layout = layouts[kind];
    this.#words.push(layout.number);
    for (const { name, isFloat } of layout.fields) this.#words.push(isFloat ? floatBits(values[name]) : values[name]);
    for (let word = 1 + layout.fields.length; word < taskWords; word++) this.#words.push(0);
  }

  /** @returns the address of the first task */
  write(heap: Heap, borrowed: Borrowed): number {
    const address = borrowed.allocate(this.#words.length * 4);
    heap.i32.set(this.#words, address / 4);
    return address;
  }
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

function floatBits(value: number): number {
  float[0] = value;
  return bits[0];
}
