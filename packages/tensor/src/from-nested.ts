import { checkDimensions, describeShape, maximumRank } from "./dimensions.ts";
import { DTypeError } from "./dtype-error.ts";
import { isNumberArray } from "./from-strided.ts";
import type { NumberArray } from "./from-strided.ts";
import { makeTensor } from "./make-tensor.ts";
import { ShapeError } from "./shape-error.ts";
import { allocate } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** Numbers or booleans in arrays in arrays, every row of the same length; the innermost rows may be typed arrays. */
export type NestedValues = number | boolean | readonly NestedValues[] | NumberArray;

/** Reads nested arrays into a float64 tensor and says whether all of it was booleans. */
export function fromNested(values: unknown): { tensor: Tensor; booleans: boolean } {
  const shape = measure(values);
  const size = checkDimensions("tensor", shape);
  const data = allocate("tensor", "float64", size);
  const index: number[] = []; // of the value at hand
  let [position, booleans] = [0, 0];
  const fill = (value: unknown): void => {
    if (index.length === shape.length) {
      data[position++] = numberOf(value, index);
      if (typeof value === "boolean") booleans++;
      return;
    }
    const row = rowOf(value, shape[index.length], index);
    const axis = index.push(0) - 1;
    for (let i = 0; i < row.length; i++) {
      index[axis] = i;
      fill(row[i]);
    }
    index.pop();
  };
  fill(values);
  if (booleans > 0 && booleans < size) {
    throw new DTypeError("tensor: expected numbers or booleans, got both. Convert the booleans with Number().");
  }
  return { tensor: makeTensor("float64", shape, data), booleans: booleans > 0 };
}

function numberOf(value: unknown, index: readonly number[]): number {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return Number(value);
  throw new (isRow(value) ? ShapeError : DTypeError)(
    `tensor: expected a number or a boolean at ${describeShape(index)}, got ${describeValue(value)}.`,
  );
}

function rowOf(value: unknown, length: number, index: readonly number[]): ArrayLike<unknown> {
  if (isRow(value) && value.length === length) return value;
  throw new ShapeError(
    `tensor: every row of one axis must have the same length, expected ${length} entries at ${describeShape(index)}, ` +
      `got ${isRow(value) ? `${value.length} entries` : describeValue(value)}. Pad the rows first.`,
  );
}

/** The lengths along the first entries. */
function measure(values: unknown): number[] {
  const shape: number[] = [];
  for (let row = values; isRow(row); row = row[0]) {
    shape.push(row.length);
    if (shape.length > maximumRank) {
      throw new ShapeError(`tensor: arrays may nest ${maximumRank} deep, got more. Does the array contain itself?`);
    }
    if (row.length === 0) break;
  }
  return shape;
}

function isRow(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || isNumberArray(value);
}

function describeValue(value: unknown): string {
  if (isRow(value)) return `an array of ${value.length}`;
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? (value.constructor?.name ?? "an object") : `the ${typeof value} ${String(value)}`;
}
