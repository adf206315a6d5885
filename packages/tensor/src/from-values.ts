import { cast } from "./cast.ts";
import { checkOptions } from "./check-options.ts";
import { checkDimensions } from "./dimensions.ts";
import type { DType } from "./dtype.ts";
import { fromNested } from "./from-nested.ts";
import type { NestedValues } from "./from-nested.ts";
import { fromStrided, isNumberArray } from "./from-strided.ts";
import type { NdarrayLike } from "./from-strided.ts";
import { readValues } from "./read-values.ts";
import { reshape } from "./reshape.ts";
import { checkDType, checkHolds, isFloat, storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** What has mathjs's `toArray`, a dense or sparse matrix for one. */
export interface MatrixLike {
  toArray(): unknown;
}

/** Everything `tensor` reads. */
export type TensorLike = Tensor | NestedValues | MatrixLike | NdarrayLike;

/** A tensor from nested arrays, a typed array, a mathjs matrix, an ndarray or another tensor.
 *  A typed array that already has the dtype's layout is wrapped, not copied (`clone` for a copy); Uint16Array needs
 *  `dtype: "float16"` or `"bfloat16"` and is taken as bits.
 *  @param options.dtype default: what the typed array holds, bool for booleans, else float32
 *  @param options.shape default: the nesting
 *  @throws {ShapeError} for ragged rows or a shape of another size
 *  @throws {DTypeError} for what is no number, or a number that an int or bool dtype cannot hold */
export function tensor(values: TensorLike, options: { dtype?: DType; shape?: readonly number[] } = {}): Tensor {
  checkOptions("tensor", options, { dtype: true, shape: true }, { example: "tensor(values, { shape: [2, 3] })" });
  const { dtype, shape } = options;
  if (dtype !== undefined) checkDType("tensor", dtype);
  const size = shape && checkDimensions("tensor", shape);
  // the usual case at once: numbers that lie in the order and number that the shape asks for
  if (isNumberArray(values) && shape !== undefined && values.length === size)
    return readStrided({ data: values, shape }, dtype);
  const made = read(values, dtype);
  return shape === undefined ? made : reshape(made, shape);
}

function read(values: unknown, dtype: DType | undefined): Tensor {
  if (typeof values === "object" && values !== null && !Array.isArray(values) && !isNumberArray(values)) {
    if ("data" in values && "shape" in values) return readStrided(values as NdarrayLike, dtype);
    if ("toArray" in values && typeof values.toArray === "function") return readArray(values.toArray(), dtype);
  }
  return readArray(values, dtype);
}

function readArray(values: unknown, dtype: DType | undefined): Tensor {
  if (isNumberArray(values)) return readStrided({ data: values, shape: [values.length] }, dtype);
  const { tensor, booleans } = fromNested(values);
  return castExactly(tensor, dtype ?? (booleans ? "bool" : "float32"));
}

function readStrided(source: NdarrayLike, dtype: DType | undefined): Tensor {
  const strided = fromStrided(source, dtype);
  return castExactly(strided.tensor, dtype ?? strided.dtype);
}

/** `cast` that refuses what an int or bool dtype cannot hold. */
function castExactly(source: Tensor, dtype: DType): Tensor {
  if (source.dtype === dtype || isFloat(dtype)) return cast(source, dtype);
  const values = readValues(source);
  const { encode } = storage[dtype];
  const refused = values.findIndex((value) => encode(value) !== value);
  if (refused >= 0) checkHolds("tensor", dtype, values[refused], ` (element ${refused})`);
  return cast(source, dtype);
}
