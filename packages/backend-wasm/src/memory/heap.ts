import { BackendError } from "../backend-error.ts";

const pageBytes = 65536;
/** Blocks start at cache lines and end with spare bytes, so that a vector load may run past the last element. */
const alignment = 64;
const padding = 64;
/** The first page stays unused: address 0 is never a block. */
const firstAddress = pageBytes;

/** Kernels may read this far past a block: they ask for memory ahead of time. */
export const readAhead = 2048;

/** Growing takes at most 16 MiB more than was asked for. */
const mostSparePages = 256;

/** Freed ranges that are remembered one by one. */
const mostRanges = 256;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The whole memory as numbers of each kind. */
interface Views {
  readonly buffer: ArrayBufferLike;
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
}

const viewsOf = (buffer: ArrayBufferLike): Views => ({
  buffer,
  // a memory's bytes are whole pages, so every kind of number fits a whole number of times
  f64: new Float64Array(buffer),
  f32: new Float32Array(buffer),
  i32: new Int32Array(buffer),
  i8: new Int8Array(buffer),
  u8: new Uint8Array(buffer),
  u16: new Uint16Array(buffer),
});

/** Some engines set a shared memory's maximum aside at once and refuse when it is much: then it gets less.
 *  @returns the memory and the pages it may grow to */
function createMemory(maximum: number, shared: boolean): readonly [WebAssembly.Memory, number] {
  const fewest = shared ? Math.min(maximum, 1024) : maximum;
  let refusal: unknown = null;
  for (let pages = maximum; pages >= fewest; pages = Math.floor(pages / 2)) {
    try {
      return [new WebAssembly.Memory({ initial: 1, maximum: pages, shared }), pages];
    } catch (error) {
      refusal = error;
    }
  }
  throw new BackendError(
    `Heap: this engine gives no memory that may grow to ${maximum * pageBytes} bytes. Ask for less.`,
    {
      cause: refusal,
    },
  );
}

export interface HeapOptions {
  /** Most bytes the memory may grow to; default 4 GiB less one page, the most WebAssembly addresses with 32 bits. */
  readonly maximumBytes?: number;
  /** A SharedArrayBuffer behind it, for threads. */
  readonly shared?: boolean;
}

/** One WebAssembly memory and who holds which part of it: first fit over a sorted list of free ranges.
 *  Growing a memory that is not shared detaches every view made before, so views are asked for when they are used and never kept. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly maximumPages: number;
  readonly shared: boolean;
  readonly #held = new Map<number, number>();
  #free: Range[] = [];
  /** Where something may still stand that nobody holds any more. */
  #left: Range[] = [];
  #views: Views;

  constructor(options: HeapOptions = {}) {
    const { maximumBytes = 65535 * pageBytes, shared = false } = options;
    if (!Number.isSafeInteger(maximumBytes) || maximumBytes < 2 * pageBytes) {
      throw new BackendError(`Heap: expected maximumBytes of at least ${2 * pageBytes}, got ${maximumBytes}.`);
    }
    this.shared = shared;
    [this.memory, this.maximumPages] = createMemory(Math.min(65535, Math.floor(maximumBytes / pageBytes)), shared);
    this.#views = viewsOf(this.memory.buffer);
  }

  /** Bytes the memory takes now, free parts included. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Bytes in blocks that somebody holds. */
  get bytesHeld(): number {
    let sum = 0;
    for (const bytes of this.#held.values()) sum += bytes;
    return sum;
  }

  get f64(): Float64Array {
    return this.#current().f64;
  }

  get f32(): Float32Array {
    return this.#current().f32;
  }

  get i32(): Int32Array {
    return this.#current().i32;
  }

  get i8(): Int8Array {
    return this.#current().i8;
  }

  get u8(): Uint8Array {
    return this.#current().u8;
  }

  get u16(): Uint16Array {
    return this.#current().u16;
  }

  /** The address of a block of at least `bytes` bytes, a multiple of 64. Its content is undefined.
   *  @throws {BackendError} when the memory may not grow so far; nothing has changed then */
  allocate(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new BackendError(`Heap.allocate: expected a whole number of bytes, got ${bytes}.`);
    }
    const size = Math.ceil((bytes + padding) / alignment) * alignment;
    let index = this.#free.findIndex((range) => range.end - range.start >= size);
    if (index < 0) {
      this.#grow(size);
      index = this.#free.length - 1;
    }
    const { start, end } = this.#free[index];
    if (end - start === size) this.#free.splice(index, 1);
    else this.#free[index] = { start: start + size, end };
    this.#held.set(start, size);
    return start;
  }

  /** A block as `allocate` gives, with zeros in it. Memory that was never used is not touched: it costs nothing until it is. */
  allocateZeros(bytes: number): number {
    const address = this.allocate(bytes);
    const block = { start: address, end: address + (this.#held.get(address) as number) };
    for (const range of this.#left) this.#clear(range, block);
    return address;
  }

  /** Overwrites what stands in free memory with zeros. Work: the bytes that were freed since the last time, once each. */
  scrub(): void {
    for (const range of this.#left) for (const free of this.#free) this.#clear(range, free);
    this.#left = [];
  }

  /** Zeros where two ranges overlap. */
  #clear(a: Range, b: Range): void {
    const [start, end] = [Math.max(a.start, b.start), Math.min(a.end, b.end)];
    if (start < end) this.u8.fill(0, start, end);
  }

  /** Remembers a freed range until the next `scrub`; of many, the one that spans all: what is free in it is cleared, used before or not. */
  #leave(range: Range): void {
    this.#left.push(range);
    if (this.#left.length <= mostRanges) return;
    const start = this.#left.reduce((least, one) => Math.min(least, one.start), Infinity);
    const end = this.#left.reduce((most, one) => Math.max(most, one.end), 0);
    this.#left = [{ start, end }];
  }

  /** Gives a block back. Freeing twice or an address that is no block's start is refused. */
  free(address: number): void {
    const size = this.#held.get(address);
    if (size === undefined) throw new BackendError(`Heap.free: no block starts at ${address}. Was it freed before?`);
    this.#held.delete(address);
    this.#leave({ start: address, end: address + size });
    let start = address;
    let end = address + size;
    let index = this.#free.findIndex((range) => range.start > address);
    if (index < 0) index = this.#free.length;
    if (index < this.#free.length && this.#free[index].start === end) end = this.#free.splice(index, 1)[0].end;
    if (index > 0 && this.#free[index - 1].end === start) {
      start = this.#free[index - 1].start;
      index -= 1;
      this.#free.splice(index, 1);
    }
    this.#free.splice(index, 0, { start, end });
  }

  #grow(size: number): void {
    const before = this.bytes - readAhead;
    const last = this.#free.at(-1);
    const reusable = last && last.end === before ? before - last.start : 0;
    const top = Math.max(before, firstAddress);
    const pages = Math.ceil((top - before + size - reusable) / pageBytes);
    // Somewhat more than asked for, so that many small requests grow the memory a few times only.
    const present = this.bytes / pageBytes;
    const spare = Math.min(Math.ceil(present / 2), mostSparePages);
    const wish = Math.min(Math.max(pages, spare), this.maximumPages - present);
    const refuse = (cause?: unknown): never => {
      throw new BackendError(
        `backend-wasm: out of memory: ${size} bytes more do not fit beside the ${this.bytesHeld} in use (limit ${this.maximumPages * pageBytes}). ` +
          "Dispose of tensors that are no longer needed, or split the work.",
        { cause },
      );
    };
    if (wish < pages) refuse();
    try {
      this.memory.grow(wish);
    } catch (error) {
      if (wish === pages) refuse(error);
      try {
        this.memory.grow(pages);
      } catch (again) {
        refuse(again);
      }
    }
    const end = this.bytes - readAhead;
    if (reusable > 0 && last) this.#free[this.#free.length - 1] = { start: last.start, end };
    else this.#free.push({ start: top, end });
  }

  #current(): Views {
    const { buffer } = this.memory;
    // A shared memory that grew keeps its old buffer valid but short, so the length is compared as well.
    if (this.#views.buffer !== buffer || this.#views.u8.byteLength !== buffer.byteLength) this.#views = viewsOf(buffer);
    return this.#views;
  }
}
