import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/operand.ts";

/** Records of one kind, one after another in memory. */
export class Records<Field extends string> {
  readonly #heap: Heap;
  readonly #fields: readonly Field[];
  readonly #start: number;
  count = 0;

  constructor(heap: Heap, borrowed: Borrowed, fields: readonly Field[], most: number) {
    this.#heap = heap;
    this.#fields = fields;
    this.#start = borrowed.allocate(most * fields.length * 4);
  }

  address(index: number): number {
    return this.#start + index * this.#fields.length * 4;
  }

  /** Where the next record will be. */
  get next(): number {
    return this.address(this.count);
  }

  /** @param floats fields that are float32; the others are ints */
  add(values: Readonly<Record<Field, number>>, floats: readonly Field[] = []): void {
    const at = this.next / 4;
    const words = this.#heap.i32;
    for (const [index, field] of this.#fields.entries()) words[at + index] = values[field];
    for (const field of floats) this.#heap.f32[at + this.#fields.indexOf(field)] = values[field];
    this.count += 1;
  }
}
