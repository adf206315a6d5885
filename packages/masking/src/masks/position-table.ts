import type { Scope, Table, Value } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { wholeNumbers } from "../whole-number.ts";

/** One whole number per position, the same for every batch element; or one such list per batch element. */
export type PerPosition = ArrayLike<number> | readonly ArrayLike<number>[];

/** True for one list per batch element. */
export function isPerBatch(values: PerPosition): values is readonly ArrayLike<number>[] {
  return Array.isArray(values) && values.length > 0 && typeof values[0] === "object";
}

/** The lists of `values`: one, or one per batch element. Each number must be whole and at least `low`.
 *  @throws {MaskError} naming the first number that is not */
export function positionRows(
  who: string,
  name: string,
  values: PerPosition,
  low: number,
  high?: number,
): readonly ArrayLike<number>[] {
  if (!isPerBatch(values)) {
    wholeNumbers(who, name, values, low, high);
    return [values];
  }
  values.forEach((row, batch) => wholeNumbers(who, `${name}[${batch}]`, row, low, high));
  return values;
}

/** An int32 table of shape `[positions]`, or `[batch, longest]` with shorter rows followed by zeros, holding `read(row, position)`.
 *  A position outside reads 0, so callers keep 0 to mean "no such position". */
export function positionTable(
  rows: readonly ArrayLike<number>[],
  perBatch: boolean,
  read: (row: number, position: number) => number,
): Tensor {
  const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const data = new Int32Array(rows.length * longest);
  rows.forEach((row, r) => {
    for (let i = 0; i < row.length; i++) data[r * longest + i] = read(r, i);
  });
  return tensor(data, { shape: perBatch ? [rows.length, longest] : [longest] });
}

/** What a position table holds where the program is asked: the batch is only read (and gives the block mask a layer each) where it matters. */
export function readPosition(scope: Scope, table: Table, perBatch: boolean, position: Value): Value {
  return perBatch ? table.at(scope.batch, position) : table.at(position);
}

/** Refuses two lists that should describe the same positions and do not. */
export function sameLength(who: string, name: string, length: number, otherName: string, otherLength: number): void {
  if (length !== otherLength)
    throw new MaskError(`${who}: ${name} and ${otherName} must be equally long, got ${length} and ${otherLength}.`);
}
