import type { ProductSizes } from "./product-call.ts";

/** Multiplications from which on copying the operands to another memory and back is worth it, about 10 µs.
 *
 *  Measured against TensorFlow.js's wasm kernels, one thread: a transposed product of 24³ takes equally long either way, one of 32³ is 1.6 times as
 *  fast here, one of 512³ 20 times. */
const worthCopying = 20_000;
/** The same for each matrix of a batch, about 2 µs: 12³ takes equally long, 16³ is 1.5 times as fast. */
const worthOneOfMany = 2 ** 12;
/** A single product without transposition runs in XNNPACK, as fast as here from 64³ on where the right operand has been seen before ... */
const worthInsteadOfXnnpack = 2 ** 18;
/** ... and with rows enough to share the copy of it; where it is new, as weights are after every step of training, twice to five times as fast. */
const rowsInsteadOfXnnpack = 16;

/** Whether a product is faster here than in TensorFlow.js's own kernel. */
export function paysOff({ matrices, rows, inner, columns }: ProductSizes, isTransposed: boolean): boolean {
  const ofOne = rows * inner * columns;
  if (matrices > 1 || isTransposed) return ofOne * matrices >= worthCopying && ofOne >= worthOneOfMany;
  return ofOne >= worthInsteadOfXnnpack && rows >= rowsInsteadOfXnnpack;
}
