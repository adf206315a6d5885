import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import type { RecordLayout } from "./record-layout.ts";

/** Records of one kind, one after another in memory. */
export class Records<Field extends string> {
  readonly #heap: Heap;
  readonly #layout: RecordLayout<Field>;
  readonly #start: number;
  count = 0;

  constructor(heap: Heap, borrowed: Borrowed, layout: RecordLayout<Field>, most: number) {
    this.#heap = heap;
    this.#layout = layout;
    this.#start = borrowed.allocate(most * layout.bytes);
  }

  address(index: number): number {
    return this.#start + index * this.#layout.bytes;
  }

  /** Where the next record will be. */
  get next(): number {
    return this.address(this.count);
  }

  add(values: Readonly<Record<Field, number>>): void {
    this.#layout.write(this.#heap, this.next, values);
    this.count += 1;
  }
}
