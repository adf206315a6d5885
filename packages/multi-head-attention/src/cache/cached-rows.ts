import type { Operand } from "@fovea/block-operations";
import type { Backend } from "@fovea/dot-product-attention";
import type { DType } from "@fovea/tensor";
import { QuantizedTokenRows } from "./quantized-token-rows.ts";
import { TokenRows } from "./token-rows.ts";

/** Keys and values of one cache, which change together or not at all. */
export class CachedRows<T extends Operand> {
  readonly key: TokenRows<T> | QuantizedTokenRows<T>;
  readonly value: TokenRows<T> | QuantizedTokenRows<T>;

  /** @param dtype of both; null: as they come */
  constructor(key: Operand, value: Operand, dtype: DType | null, room: number, backend: Backend<T>) {
    this.key = rowsLike(key, dtype, room, backend);
    try {
      this.value = rowsLike(value, dtype, room, backend);
    } catch (error) {
      this.key.wipe();
      throw error;
    }
  }

  get length(): number {
    return this.key.length;
  }

  stays(tokens: number, dropped: number): boolean {
    return this.key.stays(tokens, dropped) && this.value.stays(tokens, dropped);
  }

  append(key: T, value: T, kept: number, dropped: number): void {
    this.key.reserve(key.shape[2], dropped);
    this.value.reserve(value.shape[2], dropped);
    this.key.append(key, kept, dropped);
    this.value.append(value, kept, dropped);
  }

  advance(tokens: number, kept: number, dropped: number): void {
    this.key.advance(tokens, kept, dropped);
    this.value.advance(tokens, kept, dropped);
  }

  retreat(tokens: number, dropped: number): void {
    this.key.retreat(tokens, dropped);
    this.value.retreat(tokens, dropped);
  }

  truncate(length: number): void {
    this.key.truncate(length);
    this.value.truncate(length);
  }

  reorder(order: readonly number[]): void {
    const adoptKeys = reordered(this.key, order);
    let adoptValues: Reordered;
    try {
      adoptValues = reordered(this.value, order);
    } catch (error) {
      adoptKeys.abandon();
      throw error;
    }
    adoptKeys.adopt();
    adoptValues.adopt();
  }

  wipe(): void {
    this.key.wipe();
    this.value.wipe();
  }
}

interface Reordered {
  adopt(): void;
  abandon(): void;
}

function reordered<T extends Operand>(rows: TokenRows<T> | QuantizedTokenRows<T>, order: readonly number[]): Reordered {
  if (rows instanceof TokenRows) {
    const copy = rows.reordered(order);
    return { adopt: () => rows.adopt(copy), abandon: () => rows.abandon(copy) };
  }
  const copies = rows.reordered(order);
  return { adopt: () => rows.adopt(copies), abandon: () => rows.abandon(copies) };
}

function rowsLike<T extends Operand>(
  like: Operand,
  dtype: DType | null,
  room: number,
  backend: Backend<T>,
): TokenRows<T> | QuantizedTokenRows<T> {
  const type = dtype ?? like.dtype;
  return type === "int8"
    ? new QuantizedTokenRows(like.shape, room, backend)
    : new TokenRows(like.shape, type, room, backend);
}
