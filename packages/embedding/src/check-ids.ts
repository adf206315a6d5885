import { DTypeError, readValues, type Tensor } from "@fovea/tensor";
import { EmbeddingError } from "./embedding-error.ts";

/** The ids as numbers, row-major, all of them rows of a table of `rows` rows.
 *  @throws {EmbeddingError} for an id without a row, naming where it stands
 *  @throws {DTypeError} for bool */
export function checkIds(who: string, ids: Tensor, rows: number): ArrayLike<number> {
  if (ids.dtype === "bool") {
    throw new DTypeError(`${who}: ids must be whole numbers, got bool. Use an int32 tensor.`);
  }
  const values = readValues(ids);
  for (let place = 0; place < values.length; place++) {
    const id = values[place];
    if (!Number.isInteger(id) || id < 0 || id >= rows) {
      throw new EmbeddingError(
        `${who}: ids must be whole numbers from 0 to ${rows - 1}, got ${id} at ${indexOf(place, ids.shape)}. ` +
          `The table has ${rows} rows.`,
      );
    }
  }
  return values;
}

/** Row-major place as an index, `[1, 4]`. */
function indexOf(place: number, shape: readonly number[]): string {
  const index: number[] = [];
  for (const size of shape.toReversed()) {
    index.unshift(place % size);
    place = Math.floor(place / size);
  }
  return `[${index.join(", ")}]`;
}
