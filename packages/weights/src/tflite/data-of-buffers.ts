import { WeightFileError, damaged } from "../weight-file-error.ts";
import type { FlatFile, FlatTable, FlatVector } from "./flat-table.ts";
import { slots } from "./slots.ts";

/** Where the numbers of a buffer are: in the file, behind the flatbuffer as in models above 2 GB, or nowhere. */
export type BufferData = FlatVector | "appended" | null;

/** Finds the buffers that tensors name. Several tensors may have one in common; two buffers have no byte in common.
 *  @throws {WeightFileError} for a number of a buffer that there is not */
export class DataOfBuffers {
  readonly #flat: FlatFile;
  readonly #buffers: ReturnType<FlatTable["tables"]>;
  readonly #found = new Map<number, BufferData>();

  constructor(flat: FlatFile, model: FlatTable) {
    this.#flat = flat;
    this.#buffers = model.tables(slots.model.buffers);
  }

  at(index: number): BufferData {
    const known = this.#found.get(index);
    if (known !== undefined) return known;
    const { length } = this.#buffers;
    if (index >= length) throw this.#refuse(`the number of one of ${length} buffers`, `${index}`);
    const buffer = this.#buffers.at(index);
    const data = buffer.vector(slots.buffer.data, 1);
    // 0 and 1 say that there is nothing behind the flatbuffer
    const isAppended = buffer.uint64(slots.buffer.offset) > 1n && buffer.uint64(slots.buffer.size) > 0n;
    const found = isAppended ? "appended" : data.length > 0 ? data : null;
    this.#found.set(index, found);
    return found;
  }

  /** @throws {WeightFileError} when two of the buffers that were asked for overlap */
  checkApart(): void {
    const places = [...this.#found.values()].filter((data) => data !== null && data !== "appended");
    places.sort((a, b) => a.start - b.start);
    for (const [index, { start }] of places.entries()) {
      const before = places[index - 1];
      if (before === undefined || before.start + before.length <= start) continue;
      throw this.#refuse("every buffer in a place of its own", `two at byte ${start}`);
    }
  }

  #refuse(expected: string, got: string): WeightFileError {
    return new WeightFileError({ file: this.#flat.file, expected, got, remedy: damaged });
  }
}
