import type { Heap } from "../heap.ts";
import type { Borrowed } from "../operand.ts";
import {
  floatFields,
  type OperationField,
  type OperationKind,
  operationKinds,
  operationTaskBytes,
  operationTasks,
} from "./task.ts";

/** Tasks of one call, collected before they go into the memory together. */
export class TaskList {
  readonly #words: number[] = [];

  get count(): number {
    return (this.#words.length * 4) / operationTaskBytes;
  }

  add<K extends OperationKind>(kind: K, fields: Readonly<Record<OperationField<K>, number>>): void {
    const values = fields as Readonly<Record<string, number>>;
    const start = this.#words.length;
    for (const field of operationTasks[kind]) {
      if (field === "kind") this.#words.push(operationKinds.indexOf(kind));
      else this.#words.push(floatFields.has(field) ? floatBits(values[field]) : values[field]);
    }
    while (this.#words.length < start + operationTaskBytes / 4) this.#words.push(0);
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
