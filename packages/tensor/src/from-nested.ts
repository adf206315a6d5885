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
  const kinds = new Set<string>();
  let position = 0;
  const fill = (value: unknown, index: readonly number[]): void => {
    if (index.length < shape.length) {
      const row = isRow(value) ? value : undefined;
      if (row?.length !== shape[index.length]) {
        const got = row === undefined ? describeValue(value) : `${row.length} entries`;
        throw new ShapeError(
          `tensor: every row of one axis must have the same length, expected ${shape[index.length]} entries at ` +
            `${describeShape(index)}, got ${got}. Pad the rows first.`,
        );
      }
      for (let i = 0; i < row.length; i++) fill(row[i], [...index, i]);
      return;
    }
    const isBoolean = typeof value === "boolean";
    if (!isBoolean && typeof value !== "number" && typeof value !== "bigint") {
      throw new (isRow(value) ? ShapeError : DTypeError)(
        `tensor: expected a number or a boolean at ${describeShape(index)}, got ${describeValue(value)}.`,
      );
    }
    kinds.add(isBoolean ? "booleans" : "numbers");
    data[position++] = Number(value);
  };
  fill(values, []);
  if (kinds.size > 1) {
    throw new DTypeError("tensor: expected numbers or booleans, got both. Convert the booleans with Number().");
  }
  return { tensor: makeTensor("float64", shape, data), booleans: kinds.has("booleans") };
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
