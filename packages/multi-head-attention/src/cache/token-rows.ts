import { cast, contiguous, dequantizeRows, isQuantized, size, slice, type DType, type Tensor } from "@fovea/tensor";

/** Where a cache's memory comes from, e.g. a backend's `allocate`: a dense tensor whose numbers need not be set. What has a `dispose` is disposed
 *  of once it is no longer used. */
export type Allocate = (shape: readonly number[], dtype: DType) => Tensor & { dispose?(): void };

/** Memory for one vector per token, batch element and head, `[batch, heads, room, dim]`, in which tokens `begin … begin + length - 1` are in use:
 *  appended at the end, dropped near the beginning, always one contiguous run, so that what is in use is a view. */
export class TokenRows {
  readonly #allocate: Allocate;
  #rows: ReturnType<Allocate>;
  #begin = 0;
  #length = 0;

  /** @param like gives batch, heads and dim: `[batch, heads, …, dim]` */
  constructor(like: readonly number[], dtype: DType, room: number, allocate: Allocate) {
    this.#allocate = allocate;
    this.#rows = allocate(like.with(2, room), dtype);
  }

  get length(): number {
    return this.#length;
  }

  /** `[batch, heads, room, dim]` */
  get shape(): readonly number[] {
    return this.#rows.shape;
  }

  /** What is in use, `[batch, heads, length, dim]`, until the next change. */
  get view(): Tensor {
    return slice(this.#rows, [null, null, [this.#begin, this.#begin + this.#length]]);
  }

  /** Appends what there is room for, see `reserve`.
   *  @param fresh `[batch, heads, tokens, dim]` */
  append(fresh: Tensor): void {
    const tokens = fresh.shape[2];
    const numbers = isQuantized(fresh) && this.#rows.dtype !== "int8" ? dequantizeRows(fresh) : fresh;
    moveRows(contiguous(cast(numbers, this.#rows.dtype)), 0, this.#rows, this.#begin + this.#length, tokens);
    this.#length += tokens;
  }

  /** Takes `count` tokens out after the first `kept`, by moving those few up to the first token that stays. */
  drop(kept: number, count: number): void {
    moveRows(this.#rows, this.#begin, this.#rows, this.#begin + count, kept);
    this.#begin += count;
    this.#length -= count;
  }

  truncate(length: number): void {
    this.#length = length;
  }

  /** Batch element i becomes what element `order[i]` was. */
  reorder(order: readonly number[]): void {
    this.#replace(this.#rows.shape[2], order);
  }

  /** Overwrites everything with zeros and gives the memory back: nothing can be appended any more. */
  wipe(): void {
    wipeAndDispose(this.#rows);
    this.#length = 0;
  }

  /** Makes room for `tokens` more. Each move leaves half of the memory free, so a token is moved about once. */
  reserve(tokens: number): void {
    const needed = this.#length + tokens;
    const room = this.#rows.shape[2];
    if (this.#begin + needed <= room) return;
    if (this.#begin > 0 && 2 * needed <= room) {
      moveRows(this.#rows, this.#begin, this.#rows, 0, this.#length);
      this.#begin = 0;
    } else {
      this.#replace(
        2 * needed,
        Array.from({ length: this.#rows.shape[0] }, (_, i) => i),
      );
    }
  }

  /** Moves what is in use to new memory and overwrites the old. */
  #replace(room: number, order: readonly number[]): void {
    const old = this.#rows;
    this.#rows = this.#allocate([order.length, old.shape[1], room, old.shape[3]], old.dtype);
    for (const [to, from] of order.entries()) {
      moveRows(slice(old, [[from, from + 1]]), this.#begin, slice(this.#rows, [[to, to + 1]]), 0, this.#length);
    }
    this.#begin = 0;
    wipeAndDispose(old);
  }
}

function wipeAndDispose(rows: ReturnType<Allocate>): void {
  rows.data.fill(0, rows.offset, rows.offset + size(rows));
  rows.dispose?.();
}

/** Copies `count` tokens of every batch element and head between two memories of one dtype, or within one, where they may overlap. */
function moveRows(from: Tensor, fromRow: number, to: Tensor, toRow: number, count: number): void {
  const [batch, heads, , dim] = from.shape as [number, number, number, number];
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < heads; head++) {
      const start = from.offset + b * from.strides[0] + head * from.strides[1] + fromRow * dim;
      const end = to.offset + b * to.strides[0] + head * to.strides[1] + toRow * dim;
      to.data.set(from.data.subarray(start, start + count * dim), end);
    }
  }
}
