import { combine } from "./combine.ts";
import { floatDType, promote } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** `a + b`; axes of length 1 repeat.
 *  @returns equal float dtypes stay, mixed ones give the wider, ints give int32 clamped to its range */
export function add(a: Tensor, b: Tensor): Tensor {
  return combine("add", a, b, promote(a.dtype, b.dtype), (x, y) => x + y);
}

/** `a - b`; shapes and dtypes as `add`. */
export function subtract(a: Tensor, b: Tensor): Tensor {
  return combine("subtract", a, b, promote(a.dtype, b.dtype), (x, y) => x - y);
}

/** `a * b` element by element; shapes and dtypes as `add`. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  return combine("multiply", a, b, promote(a.dtype, b.dtype), (x, y) => x * y);
}

/** `a / b`; shapes as `add`, two ints give float32. Division by zero gives Infinity or NaN, as numbers do. */
export function divide(a: Tensor, b: Tensor): Tensor {
  return combine("divide", a, b, floatDType(promote(a.dtype, b.dtype)), (x, y) => x / y);
}
