/// <reference lib="esnext.disposable" />
import { zeros, type DType, type Tensor, wholeNumber } from "@fovea/tensor";
import { CacheError } from "./cache-error.ts";
import { QuantizedTokenRows } from "./quantized-token-rows.ts";
import { type Allocate, TokenRows } from "./token-rows.ts";

export interface CacheOptions {
  /** Tokens there is room for, allocated at once and never more. Default: grows as needed, by doubling. */
  readonly capacity?: number;
  /** Keep only the first `sinks` tokens (default 0) and the last `recent`: before each append the others are dropped, so that the new tokens
   *  still see a full window (StreamingLLM, Xiao et al. 2023). Memory stays flat. Positions are then places in the cache. */
  readonly window?: { readonly recent: number; readonly sinks?: number };
  /** How keys and values are stored; default as the first ones come. float16 and bfloat16 halve the memory; int8, with a scale per
   *  vector, quarters it: `key` and `value` are then quantized tensors, see `quantizeRows`. */
  readonly dtype?: DType;
  /** Where its memory comes from; default: JavaScript's own. With a backend's `allocate` keys and values lie where its kernels read them. */
  readonly allocate?: Allocate;
}

type Rows = TokenRows | QuantizedTokenRows;

/** The keys and values of the tokens so far, so that each token is projected once. Appending costs the new tokens only; `key` and `value` are views.
 *  Conversations are private: `dispose`, and every move to other memory, overwrites what was stored with zeros, so views do not outlive the next
 *  change. */
export class KeyValueCache {
  readonly #capacity: number | null;
  readonly #window: { readonly recent: number; readonly sinks: number } | null;
  readonly #dtype: DType | null;
  readonly #allocate: Allocate;
  #rows: { readonly key: Rows; readonly value: Rows } | null = null;
  #fixed = false;
  #disposed = false;

  constructor(options: CacheOptions = {}) {
    checkNames("options", options, ["capacity", "window", "dtype", "allocate"]);
    const { capacity, window, dtype, allocate = zeros } = options;
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
    this.#allocate = allocate;
  }

  /** A cache that is filled once, for cross-attention: it holds copies of projected keys and values and refuses to append or truncate.
   *  @param key `[batch, keyHeads, keys, headDim]`
   *  @param value `[batch, keyHeads, keys, valueDim]`
   *  @param options how they are stored and where */
  static fixed(key: Tensor, value: Tensor, options: Pick<CacheOptions, "dtype" | "allocate"> = {}): KeyValueCache {
    const cache = new KeyValueCache({ ...options, capacity: Math.max(key.shape[2] ?? 0, 1) });
    cache.append(key, value);
    cache.#fixed = true;
    return cache;
  }

  /** Tokens it holds. */
  get length(): number {
    this.#checkAlive();
    return this.#rows?.key.length ?? 0;
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
  get key(): Tensor {
    return this.#filled("key").key.view;
  }

  /** `[batch, keyHeads, length, valueDim]`, a view until the next change.
   *  @throws {CacheError} before the first append */
  get value(): Tensor {
    return this.#filled("value").value.view;
  }

  /** Puts tokens after those that are there.
   *  @param key `[batch, keyHeads, tokens, headDim]`
   *  @param value `[batch, keyHeads, tokens, valueDim]`
   *  @throws {CacheError} beyond a fixed capacity, or when sizes differ from what it holds; it is then unchanged */
  append(key: Tensor, value: Tensor): void {
    this.#checkOpen("append");
    this.#checkSizes(key, value);
    const kept = this.nextPosition;
    const needed = kept + key.shape[2];
    if (this.#capacity !== null && needed > this.#capacity) {
      throw new CacheError(
        `append: the cache has room for ${this.#capacity} tokens; ${kept} are there and ${key.shape[2]} came. ` +
          "Truncate it, or leave capacity out to let it grow.",
      );
    }
    const { key: keys, value: values } = this.#rowsFor(key, value, needed);
    if (keys.length > kept) {
      const sinks = this.#window?.sinks ?? 0;
      values.drop(sinks, keys.length - kept);
      keys.drop(sinks, keys.length - kept);
    }
    keys.reserve(key.shape[2]);
    values.reserve(key.shape[2]);
    keys.append(key);
    values.append(value);
  }

  /** Forgets all but the first `length` tokens, e.g. guesses that were refused. */
  truncate(length: number): void {
    this.#checkOpen("truncate");
    if (!Number.isSafeInteger(length) || length < 0 || length > this.length) {
      throw new CacheError(`truncate: length must be a whole number from 0 to ${this.length}, got ${length}.`);
    }
    this.#rows?.key.truncate(length);
    this.#rows?.value.truncate(length);
  }

  /** Makes batch element i what element `indices[i]` was: beams that go on once, twice or not at all. There may be more or fewer than before. */
  reorder(indices: ArrayLike<number>): void {
    const { key, value } = this.#filled("reorder");
    const [batch] = key.shape;
    const order = Array.from(indices);
    if (order.length === 0 || order.some((index) => !Number.isInteger(index) || index < 0 || index >= batch)) {
      throw new CacheError(
        `reorder: indices must be batch elements from 0 to ${batch - 1}, at least one, got [${order.join(", ")}].`,
      );
    }
    key.reorder(order);
    value.reorder(order);
  }

  /** Overwrites everything with zeros and lets it go; whatever is called afterwards throws, except another dispose. */
  dispose(): void {
    this.#rows?.key.wipe();
    this.#rows?.value.wipe();
    this.#rows = null;
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The present memory, or new memory where there is none or where it is empty and does not fit. */
  #rowsFor(key: Tensor, value: Tensor, needed: number): { readonly key: Rows; readonly value: Rows } {
    if (this.#rows && (this.length > 0 || (follows(this.#rows.key, key) && follows(this.#rows.value, value)))) {
      return this.#rows;
    }
    this.#rows?.key.wipe();
    this.#rows?.value.wipe();
    this.#rows = null;
    // a window moves within twice its size, see TokenRows
    const window = this.#window ? 2 * Math.max(needed, this.#window.sinks + this.#window.recent + 1) : null;
    const room = this.#capacity ?? window ?? needed;
    const keys = rowsLike(key, this.#dtype ?? key.dtype, room, this.#allocate);
    try {
      const values = rowsLike(value, this.#dtype ?? value.dtype, room, this.#allocate);
      this.#rows = { key: keys, value: values };
    } catch (error) {
      keys.wipe();
      throw error;
    }
    return this.#rows;
  }

  #checkSizes(key: Tensor, value: Tensor): void {
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

  #filled(what: string): { readonly key: Rows; readonly value: Rows } {
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

function rowsLike(like: Tensor, dtype: DType, room: number, allocate: Allocate): Rows {
  return dtype === "int8"
    ? new QuantizedTokenRows(like.shape, room, allocate)
    : new TokenRows(like.shape, dtype, room, allocate);
}

/** Whether tokens can be appended: all sizes but the number of tokens agree. */
function follows(rows: Rows, fresh: Tensor): boolean {
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
