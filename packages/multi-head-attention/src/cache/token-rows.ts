import type { Operand, RowRange } from "@fovea/block-operations";
import { operationsOf, type Backend } from "@fovea/dot-product-attention";
import type { DType } from "@fovea/tensor";

/** Memory for one vector per token, batch element and head, `[batch, heads, room, dim]`, in which tokens `begin … begin + length - 1` are in use:
 *  appended at the end, dropped near the beginning, always one contiguous run, so that what is in use is a view.
 *
 *  What operations are handed are ranges of rows that stay the same objects, so that a recorded step goes on where the cache is: see `advance`. */
export class TokenRows<T extends Operand> {
  readonly #backend: Backend<T>;
  #memory: T;
  /** Memory of the same shape that the tokens left when they were last reordered, empty: they go back there. */
  #spare: T | null = null;
  /** Reserved by `reserve` for the next append. */
  #larger: T | null = null;
  readonly #used: RowRange = { start: 0, end: 0 };
  /** Where the last append wrote. */
  readonly #fresh: RowRange = { start: 0, end: 0 };
  /** Where the tokens that stay at the beginning were moved from and to by the last append that dropped some. */
  readonly #left: RowRange = { start: 0, end: 0 };
  readonly #entered: RowRange = { start: 0, end: 0 };

  /** @param like gives batch, heads and dim: `[batch, heads, …, dim]` */
  constructor(like: readonly number[], dtype: DType, room: number, backend: Backend<T>) {
    this.#backend = backend;
    this.#memory = backend.allocate(like.with(2, room), dtype);
  }

  get length(): number {
    return this.#used.end - this.#used.start;
  }

  /** `[batch, heads, room, dim]` */
  get shape(): readonly number[] {
    return this.#memory.shape;
  }

  get memory(): T {
    return this.#memory;
  }

  /** What is in use, `[batch, heads, length, dim]`, until the next change. */
  get view(): T {
    return operationsOf(this.#backend).rowsOf(this.#memory, this.#used);
  }

  /** The same of a memory whose vectors have one number, without the last axis. */
  get scalars(): T {
    const operations = operationsOf(this.#backend);
    return operations.rowsOf(operations.slice(this.#memory, [null, null, null, 0]), this.#used);
  }

  /** Whether an append stays where the memory is. */
  stays(tokens: number, dropped: number): boolean {
    return this.#used.end + tokens <= this.#memory.shape[2] && dropped <= this.length;
  }

  /** Makes sure of memory for `tokens` more once `dropped` are gone. Each move leaves half of the memory free, so a token is moved about once. */
  reserve(tokens: number, dropped: number): void {
    const needed = this.length - dropped + tokens;
    this.#larger?.dispose?.();
    this.#larger = null;
    if (this.stays(tokens, dropped) || (this.#used.start + dropped > 0 && 2 * needed <= this.#memory.shape[2])) return;
    this.#larger = this.#backend.allocate(this.#memory.shape.with(2, 2 * needed), this.#memory.dtype);
  }

  /** Appends what was reserved; `dropped` tokens after the first `kept` go, by moving those few up to the first that stays.
   *  @param fresh `[batch, heads, tokens, dim]` */
  append(fresh: T, kept: number, dropped: number): void {
    const operations = operationsOf(this.#backend);
    const tokens = fresh.shape[2];
    if (dropped > 0) {
      this.#move(kept, dropped);
      if (kept > 0) {
        const { rowsOf } = operations;
        operations.copyRows(rowsOf(this.#memory, this.#left), rowsOf(this.#memory, this.#entered));
      }
    }
    if (this.#larger) {
      const larger = this.#larger;
      this.#larger = null;
      const { length } = this;
      if (length > 0) operations.copyRows(this.view, operations.rowsOf(larger, { start: 0, end: length }));
      this.#settle(larger);
      this.#leaveSpare();
    } else if (!this.stays(tokens, 0)) {
      operations.copyRows(this.view, operations.rowsOf(this.#memory, { start: 0, end: this.length }));
      this.#used.end = this.length;
      this.#used.start = 0;
    }
    this.#extend(tokens);
    const isWider = fresh.dtype === "int8" && this.#memory.dtype !== "int8";
    operations.copyRows(
      isWider ? operations.dequantizeRows(fresh) : fresh,
      operations.rowsOf(this.#memory, this.#fresh),
    );
  }

  /** Goes on as `append` does, while a recorded step writes the numbers. */
  advance(tokens: number, kept: number, dropped: number): void {
    if (dropped > 0) this.#move(kept, dropped);
    this.#extend(tokens);
  }

  /** Undoes an `advance` whose step was not run. */
  retreat(tokens: number, dropped: number): void {
    this.#used.start -= dropped;
    this.#used.end -= tokens;
  }

  truncate(length: number): void {
    this.#used.end = this.#used.start + length;
  }

  /** A copy in which batch element i is what element `order[i]` is; `adopt` makes it the memory. */
  reordered(order: readonly number[]): T {
    const operations = operationsOf(this.#backend);
    const { dtype, shape } = this.#memory;
    const wanted = shape.with(0, order.length);
    const fits = this.#spare !== null && wanted.every((length, axis) => length === this.#spare?.shape[axis]);
    const copy = fits && this.#spare ? this.#spare : this.#backend.allocate(wanted, dtype);
    for (const [to, from] of order.entries()) {
      if (this.length === 0) break;
      operations.copyRows(
        operations.rowsOf(operations.slice(this.#memory, [[from, from + 1]]), this.#used),
        operations.rowsOf(operations.slice(copy, [[to, to + 1]]), this.#used),
      );
    }
    return copy;
  }

  /** @param copy from `reordered` */
  adopt(copy: T): void {
    if (copy === this.#spare) this.#spare = null;
    else this.#leaveSpare();
    const old = this.#memory;
    operationsOf(this.#backend).clear(old);
    this.#memory = copy;
    this.#spare = old;
  }

  /** Releases a copy that is not adopted, with what it holds. */
  abandon(copy: T): void {
    operationsOf(this.#backend).clear(copy);
    if (copy !== this.#spare) copy.dispose?.();
  }

  /** Overwrites everything with zeros and gives the memory back: nothing can be appended any more. */
  wipe(): void {
    this.#larger?.dispose?.();
    this.#larger = null;
    this.#leaveSpare();
    operationsOf(this.#backend).clear(this.#memory);
    this.#memory.dispose?.();
    this.#used.end = this.#used.start;
  }

  #move(kept: number, dropped: number): void {
    const { start } = this.#used;
    this.#left.start = start;
    this.#left.end = start + kept;
    this.#entered.start = start + dropped;
    this.#entered.end = start + dropped + kept;
    this.#used.start += dropped;
  }

  #extend(tokens: number): void {
    this.#fresh.start = this.#used.end;
    this.#used.end += tokens;
    this.#fresh.end = this.#used.end;
  }

  /** Other memory takes the place of the present one, tokens at its beginning. */
  #settle(memory: T): void {
    const old = this.#memory;
    operationsOf(this.#backend).clear(old);
    old.dispose?.();
    this.#used.end = this.length;
    this.#used.start = 0;
    this.#memory = memory;
  }

  #leaveSpare(): void {
    this.#spare?.dispose?.();
    this.#spare = null;
  }
}
