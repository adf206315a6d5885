/// <reference lib="esnext.disposable" />
import type { Operand } from "@fovea/block-operations";
import { backendOf, type Backend } from "@fovea/dot-product-attention";
import { wholeNumber, type DType, type Tensor } from "@fovea/tensor";
import { CacheError } from "./cache-error.ts";
import { CachedRows } from "./cached-rows.ts";

export interface CacheOptions<T extends Operand = Tensor> {
  /** Tokens there is room for, allocated at once and never more. Default: grows as needed, by doubling. */
  readonly capacity?: number;
  /** Keep only the first `sinks` tokens (default 0) and the last `recent`: before each append the others are dropped, so that the new tokens
   *  still see a full window (StreamingLLM, Xiao et al. 2023). Memory stays flat. Positions are then places in the cache. */
  readonly window?: { readonly recent: number; readonly sinks?: number };
  /** How keys and values are stored; default as the first ones come. float16 and bfloat16 halve the memory; int8, with a scale per
   *  vector, quarters it: `key` and `value` are then quantized tensors, see `quantizeRows`. */
  readonly dtype?: DType;
  /** Where keys and values lie: where this backend's kernels read them. Default: JavaScript's own memory. */
  readonly backend?: Backend<T>;
}

/** The keys and values of the tokens so far, so that each token is projected once. Appending costs the new tokens only; `key` and `value` are views.
 *  Conversations are private: `dispose`, and every move to other memory, overwrites what was stored with zeros, so views do not outlive the next
 *  change. */
export class KeyValueCache<T extends Operand = Tensor> {
  readonly #capacity: number | null;
  readonly #window: { readonly recent: number; readonly sinks: number } | null;
  readonly #dtype: DType | null;
  readonly #backend: Backend<T>;
  #rows: CachedRows<T> | null = null;
  #appends = 0;
  #fixed = false;
  #disposed = false;

  constructor(options: CacheOptions<T> = {}) {
    checkNames("options", options, ["capacity", "window", "dtype", "backend"]);
    const { capacity, window, dtype, backend } = options;
    if (capacity !== undefined) checkCount("capacity", capacity, 1);
    if (window !== undefined) {
      checkNames("window", window, ["recent", "sinks"]);
      checkCount("window.recent", window.recent, 1);
      checkCount("window.sinks", window.sinks ?? 0, 0);
      if (capacity !== undefined) throw new CacheError("KeyValueCache: a window sizes itself. Leave capacity out.");
    }
    this.#capacity = capacity ?? null;
    this.#window = window ? { recent: window.recent, sinks: window.sinks ?? 0 } : null;
    this.#dtype = dtype ?? null;
    this.#backend = backendOf(backend);
  }

  /** A cache that is filled once, for cross-attention: it holds copies of projected keys and values and refuses to append or truncate.
   *  @param key `[batch, keyHeads, keys, headDim]`
   *  @param value `[batch, keyHeads, keys, valueDim]`
   *  @param options how they are stored and where */
  static fixed<T extends Operand = Tensor>(
    key: T,
    value: T,
    options: Pick<CacheOptions<T>, "dtype" | "backend"> = {},
  ): KeyValueCache<T> {
    const cache = new KeyValueCache<T>({ ...options, capacity: Math.max(key.shape[2] ?? 0, 1) });
    cache.append(key, value);
    cache.#fixed = true;
    return cache;
  }

  /** Tokens it holds. */
  get length(): number {
    this.#checkAlive();
    return this.#rows?.length ?? 0;
  }

  /** Of these, how many the next append keeps: all, or what a window leaves. New tokens come after them, at this position. */
  get nextPosition(): number {
    return this.#window ? Math.min(this.length, this.#window.sinks + this.#window.recent) : this.length;
  }

  /** Tokens it has memory for. */
  get capacity(): number {
    this.#checkAlive();
    return this.#rows?.key.shape[2] ?? this.#capacity ?? 0;
  }

  /** Whether it was made by `fixed`. */
  get isFixed(): boolean {
    this.#checkAlive();
    return this.#fixed;
  }

  /** Whether it drops tokens: then keys are stored before rotary, and turned by their place in the cache when they are read. */
  get isWindowed(): boolean {
    this.#checkAlive();
    return this.#window !== null;
  }

  /** `[batch, keyHeads, length, headDim]`, a view until the next change.
   *  @throws {CacheError} before the first append */
  get key(): T {
    return this.#filled("key").key.view;
  }

  /** `[batch, keyHeads, length, valueDim]`, a view until the next change.
   *  @throws {CacheError} before the first append */
  get value(): T {
    return this.#filled("value").value.view;
  }

  /** Puts tokens after those that are there.
   *  @param key `[batch, keyHeads, tokens, headDim]`
   *  @param value `[batch, keyHeads, tokens, valueDim]`
   *  @throws {CacheError} beyond a fixed capacity, or when sizes differ from what it holds; it is then unchanged */
  append(key: T, value: T): void {
    const { kept, dropped } = this.#checkAppend(key, value);
    this.#rowsFor(key, value, kept + key.shape[2]).append(key, value, this.#window?.sinks ?? 0, dropped);
    this.#appends += 1;
  }

  /** How often tokens were appended: tells a caller whether a call that failed got as far. */
  get appends(): number {
    return this.#appends;
  }

  /** What `key` and `value` will be like after an append, which is refused now if it would be then; nothing changes.
   *  @throws {CacheError} as `append` */
  afterAppend(key: T, value: T): { readonly key: Operand; readonly value: Operand } {
    const { kept } = this.#checkAppend(key, value);
    const [keyType, valueType] = this.#rows
      ? [this.#rows.key.memory.dtype, this.#rows.value.memory.dtype]
      : [this.#dtype ?? key.dtype, this.#dtype ?? value.dtype];
    const length = kept + key.shape[2];
    return { key: stored(key.shape.with(2, length), keyType), value: stored(value.shape.with(2, length), valueType) };
  }

  /** For recorded steps: how many tokens an append of so many drops; null where it would move to other memory first. */
  nextDrop(tokens: number): number | null {
    this.#checkOpen("nextDrop");
    if (this.#rows === null || this.length === 0) return null;
    const kept = this.nextPosition;
    const dropped = this.length - kept;
    const fits = this.#capacity === null || kept + tokens <= this.#capacity;
    return fits && this.#rows.stays(tokens, dropped) ? dropped : null;
  }

  /** For recorded steps: where the keys lie, another operand once they have moved; null before the first append. */
  get memory(): T | null {
    return this.#rows?.key.memory ?? null;
  }

  /** Goes on as `append` does, while a recorded step writes the numbers. Only where `nextDrop` is not null.
   *  @returns undoes it, if the step was not run */
  advance(tokens: number): () => void {
    const rows = this.#filled("advance");
    const dropped = this.length - this.nextPosition;
    rows.advance(tokens, this.#window?.sinks ?? 0, dropped);
    return () => rows.retreat(tokens, dropped);
  }

  /** Forgets all but the first `length` tokens, e.g. guesses that were refused. */
  truncate(length: number): void {
    this.#checkOpen("truncate");
    if (!Number.isSafeInteger(length) || length < 0 || length > this.length) {
      throw new CacheError(`truncate: length must be a whole number from 0 to ${this.length}, got ${length}.`);
    }
    this.#rows?.truncate(length);
  }

  /** Makes batch element i what element `indices[i]` was: beams that go on once, twice or not at all. There may be more or fewer than before.
   *  Where memory runs out nothing changes. */
  reorder(indices: ArrayLike<number>): void {
    const rows = this.#filled("reorder");
    const [batch] = rows.key.shape;
    const order = Array.from(indices);
    if (order.length === 0 || order.some((index) => !Number.isInteger(index) || index < 0 || index >= batch)) {
      throw new CacheError(
        `reorder: indices must be batch elements from 0 to ${batch - 1}, at least one, got [${order.join(", ")}].`,
      );
    }
    rows.reorder(order);
  }

  /** Overwrites everything with zeros and releases it; whatever is called afterwards throws, except another dispose. */
  dispose(): void {
    this.#rows?.wipe();
    this.#rows = null;
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The present memory, or new memory where there is none or where it is empty and does not fit. */
  #rowsFor(key: Operand, value: Operand, needed: number): CachedRows<T> {
    if (this.#rows && (this.length > 0 || (follows(this.#rows.key, key) && follows(this.#rows.value, value)))) {
      return this.#rows;
    }
    this.#rows?.wipe();
    this.#rows = null;
    // a window moves within twice its size, see TokenRows
    const window = this.#window ? 2 * Math.max(needed, this.#window.sinks + this.#window.recent + 1) : null;
    const room = this.#capacity ?? window ?? needed;
    this.#rows = new CachedRows(key, value, this.#dtype, room, this.#backend);
    return this.#rows;
  }

  /** @returns how many tokens stay, and how many are dropped */
  #checkAppend(key: Operand, value: Operand): { readonly kept: number; readonly dropped: number } {
    this.#checkOpen("append");
    this.#checkSizes(key, value);
    const kept = this.nextPosition;
    if (this.#capacity !== null && kept + key.shape[2] > this.#capacity) {
      throw new CacheError(
        `append: the cache has room for ${this.#capacity} tokens; ${kept} are there and ${key.shape[2]} came. ` +
          "Truncate it, or leave capacity out to let it grow.",
      );
    }
    return { kept, dropped: this.length - kept };
  }

  #checkSizes(key: Operand, value: Operand): void {
    const parts = [
      ["key", key, this.#rows?.key, "headDim"],
      ["value", value, this.#rows?.value, "valueDim"],
    ] as const;
    for (const [name, fresh, rows, dim] of parts) {
      const present = rows && rows.length > 0 ? rows : null;
      if (fresh.shape.length !== 4 || (present && !follows(present, fresh))) {
        const [batch, heads, , last] = present?.shape ?? ["batch", "keyHeads", 0, dim];
        throw new CacheError(
          `append: ${name} must be [${batch}, ${heads}, tokens, ${last}], got [${fresh.shape.join(", ")}].`,
        );
      }
    }
    if ([0, 1, 2].some((axis) => key.shape[axis] !== value.shape[axis])) {
      throw new CacheError(
        `append: key and value must agree in batch, key heads and tokens, got [${key.shape.join(", ")}] and [${value.shape.join(", ")}].`,
      );
    }
  }

  #filled(what: string): CachedRows<T> {
    this.#checkAlive();
    if (this.#rows === null) throw new CacheError(`${what}: the cache is empty. Append keys and values first.`);
    return this.#rows;
  }

  #checkAlive(): void {
    if (this.#disposed) throw new CacheError("KeyValueCache: it has been disposed of. Make a new one.");
  }

  #checkOpen(what: string): void {
    this.#checkAlive();
    if (this.#fixed) {
      throw new CacheError(`${what}: the cache is fixed: its keys and values came once, for cross-attention.`);
    }
  }
}

/** Operands as a cache stores them. */
function stored(shape: readonly number[], dtype: DType): Operand {
  return { shape, dtype, ...(dtype === "int8" && { scales: { shape: shape.slice(0, -1), dtype: "float32" } }) };
}

/** Whether tokens can be appended: all sizes but the number of tokens agree. */
function follows(rows: { readonly shape: readonly number[] }, fresh: Operand): boolean {
  return [0, 1, 3].every((axis) => rows.shape[axis] === fresh.shape[axis]);
}

/** Refuses a name that nobody would read: a slip of the pen, after which a cache would grow without end. */
function checkNames(what: string, given: object, names: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new CacheError(`KeyValueCache: there is no "${unknown}" in ${what}. There are ${names.join(", ")}.`);
}

function checkCount(name: string, value: number, minimum: number): void {
  wholeNumber("KeyValueCache", name, value, minimum, undefined, CacheError);
}
