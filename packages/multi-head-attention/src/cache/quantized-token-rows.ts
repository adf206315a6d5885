import type { Operand } from "@fovea/block-operations";
import { operationsOf, type Backend } from "@fovea/dot-product-attention";
import { TokenRows } from "./token-rows.ts";

/** `TokenRows` of int8 with a scale per vector: two of them, one for the scales. What is appended is rounded, see `quantizeRows`. */
export class QuantizedTokenRows<T extends Operand> {
  readonly #backend: Backend<T>;
  readonly #multiples: TokenRows<T>;
  readonly #scales: TokenRows<T>;

  /** @param like `[batch, heads, …, dim]` */
  constructor(like: readonly number[], room: number, backend: Backend<T>) {
    this.#backend = backend;
    this.#multiples = new TokenRows(like, "int8", room, backend);
    try {
      this.#scales = new TokenRows(like.with(3, 1), "float32", room, backend);
    } catch (error) {
      this.#multiples.wipe();
      throw error;
    }
  }

  get length(): number {
    return this.#multiples.length;
  }

  get shape(): readonly number[] {
    return this.#multiples.shape;
  }

  get memory(): T {
    return this.#multiples.memory;
  }

  get view(): T {
    return operationsOf(this.#backend).quantized(this.#multiples.view, this.#scales.scalars);
  }

  stays(tokens: number, dropped: number): boolean {
    return this.#multiples.stays(tokens, dropped) && this.#scales.stays(tokens, dropped);
  }

  reserve(tokens: number, dropped: number): void {
    this.#both((rows) => rows.reserve(tokens, dropped));
  }

  append(fresh: T, kept: number, dropped: number): void {
    const { multiples, scales } = operationsOf(this.#backend).quantizeRows(fresh);
    this.#multiples.append(multiples, kept, dropped);
    this.#scales.append(scales, kept, dropped);
  }

  advance(tokens: number, kept: number, dropped: number): void {
    this.#both((rows) => rows.advance(tokens, kept, dropped));
  }

  retreat(tokens: number, dropped: number): void {
    this.#both((rows) => rows.retreat(tokens, dropped));
  }

  truncate(length: number): void {
    this.#both((rows) => rows.truncate(length));
  }

  reordered(order: readonly number[]): readonly [multiples: T, scales: T] {
    const multiples = this.#multiples.reordered(order);
    try {
      return [multiples, this.#scales.reordered(order)];
    } catch (error) {
      this.#multiples.abandon(multiples);
      throw error;
    }
  }

  adopt([multiples, scales]: readonly [multiples: T, scales: T]): void {
    this.#multiples.adopt(multiples);
    this.#scales.adopt(scales);
  }

  abandon([multiples, scales]: readonly [multiples: T, scales: T]): void {
    this.#multiples.abandon(multiples);
    this.#scales.abandon(scales);
  }

  wipe(): void {
    this.#both((rows) => rows.wipe());
  }

  #both(change: (rows: TokenRows<T>) => void): void {
    change(this.#multiples);
    change(this.#scales);
  }
}
