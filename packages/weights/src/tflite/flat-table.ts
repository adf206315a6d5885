import type { ByteBuffer } from "flatbuffers";
import { WeightFileError, damaged } from "../weight-file-error.ts";

/** A flatbuffer with what errors call it. */
export interface FlatFile {
  readonly file: string;
  readonly buffer: ByteBuffer;
}

/** Where the items of a vector lie. */
export interface FlatVector {
  readonly start: number;
  readonly length: number;
}

/** A table of a flatbuffer. The library's ByteBuffer knows how offsets are followed and follows them anywhere: here each is checked before.
 *  Nothing is read ahead, so neither a loop of offsets nor a length of terabytes costs anything.
 *  @see https://flatbuffers.dev/internals */
export class FlatTable {
  readonly #flat: FlatFile;
  /** Byte of the file. */
  readonly position: number;

  /** @throws {WeightFileError} when the table or the list of its fields is not inside the file */
  constructor(flat: FlatFile, position: number) {
    this.#flat = flat;
    this.position = position;
    const { buffer } = flat;
    checkInside(flat, position, 4);
    const fields = position - buffer.readInt32(position);
    checkInside(flat, fields, 4);
    checkInside(flat, fields, buffer.readUint16(fields));
    checkInside(flat, position, buffer.readUint16(fields + 2));
  }

  /** The table that a file begins with. */
  static root(flat: FlatFile): FlatTable {
    checkInside(flat, 0, 4);
    return new FlatTable(flat, flat.buffer.__indirect(0));
  }

  /** Whether the field is written: what has its default is left out. */
  has(slot: number): boolean {
    return this.#field(slot, 0) !== null;
  }

  /** A number of one byte; default 0. */
  int8(slot: number): number {
    const field = this.#field(slot, 1);
    return field === null ? 0 : this.#flat.buffer.readInt8(field);
  }

  int32(slot: number): number {
    const field = this.#field(slot, 4);
    return field === null ? 0 : this.#flat.buffer.readInt32(field);
  }

  uint32(slot: number): number {
    return this.int32(slot) >>> 0;
  }

  uint64(slot: number): bigint {
    const field = this.#field(slot, 8);
    return field === null ? 0n : this.#flat.buffer.readUint64(field);
  }

  table(slot: number): FlatTable | null {
    const field = this.#field(slot, 4);
    return field === null ? null : new FlatTable(this.#flat, this.#flat.buffer.__indirect(field));
  }

  /** A vector of numbers, its items not yet read; empty where it is left out. */
  vector(slot: number, itemBytes: number): FlatVector {
    const field = this.#field(slot, 4);
    if (field === null) return { start: 0, length: 0 };
    const { buffer } = this.#flat;
    checkInside(this.#flat, buffer.__indirect(field), 4);
    // unsigned: a length beyond 31 bits is too long, not negative
    const length = buffer.__vector_len(field) >>> 0;
    const start = buffer.__vector(field);
    checkInside(this.#flat, start, length * itemBytes);
    return { start, length };
  }

  /** A vector of tables, each opened when it is asked for. */
  tables(slot: number): { readonly length: number; at(index: number): FlatTable } {
    const { start, length } = this.vector(slot, 4);
    return { length, at: (index) => new FlatTable(this.#flat, this.#flat.buffer.__indirect(start + 4 * index)) };
  }

  /** Where a field lies; null where it is left out. */
  #field(slot: number, bytes: number): number | null {
    const offset = this.#flat.buffer.__offset(this.position, 4 + 2 * slot);
    if (offset === 0) return null;
    checkInside(this.#flat, this.position + offset, bytes);
    return this.position + offset;
  }
}

function checkInside({ file, buffer }: FlatFile, position: number, bytes: number): void {
  const size = buffer.capacity();
  if (position >= 0 && position + bytes <= size) return;
  const expected = `a flatbuffer whose offsets stay within its ${size} bytes`;
  throw new WeightFileError({ file, expected, got: `${bytes} bytes at byte ${position}`, remedy: damaged });
}
