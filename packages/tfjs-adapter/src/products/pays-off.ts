import type { ProductSizes } from "./product-call.ts";

/** Multiplications from which on copying the operands to another memory and back is worth it, about 12 µs.
 *
 *  Measured against TensorFlow.js's wasm kernels, one thread: a transposed or batched product of 24³ takes equally long either way, one of 32³ half
 *  as long here. */
const worthCopying = 2 ** 14;
/** The same for each matrix of a batch, about 2 µs. */
const worthOneOfMany = 2 ** 11;
/** A single product without transposition runs in XNNPACK, nearly as fast as here: gains begin at 128³ ... */
const worthInsteadOfXnnpack = 2 ** 21;
/** ... where there are rows enough for reading the right operand to be the smaller part. */
const rowsInsteadOfXnnpack = 32;

/** Whether a product is faster here than in TensorFlow.js's own kernel. */
export function paysOff({ matrices, rows, inner, columns }: ProductSizes, isTransposed: boolean): boolean {
  const ofOne = rows * inner * columns;
  if (matrices > 1 || isTransposed) return ofOne * matrices >= worthCopying && ofOne >= worthOneOfMany;
  return ofOne >= worthInsteadOfXnnpack && rows >= rowsInsteadOfXnnpack;
}
