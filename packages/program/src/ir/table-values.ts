import { tensor } from "@fovea/tensor";
import type { Tensor, TensorLike } from "@fovea/tensor";
import { tableDTypes } from "./check-table.ts";
import type { Type } from "./operations.ts";

/** The tensor that a table holds. One of a fitting dtype is kept, not copied, so that updating it in place updates the program.
 *  Plain arrays of numbers become float64 (what was written is what is read), arrays of booleans bool.
 *  @param type default: what the values are; numbers in plain arrays are float */
export function tableValues(values: TensorLike, type?: Type): Tensor {
  const held = isTensor(values) ? values : tensor(values);
  const wanted = type ?? typeOf(held);
  if (tableDTypes[wanted].includes(held.dtype) && (wanted !== "float" || !isPlain(values))) return held;
  return tensor(values, {
    dtype: { float: "float64", int: "int32", bool: "bool" }[wanted] as "float64" | "int32" | "bool",
  });
}

/** A tensor is kept as the object it is: one that lives on a device may move, and only it knows where its data is now. */
function isTensor(values: TensorLike): values is Tensor {
  return typeof values === "object" && "dtype" in values && "strides" in values && "data" in values;
}

/** What a tensor is as a table: integers of any width are int. */
export function typeOf({ dtype }: Tensor): Type {
  if (dtype === "bool") return "bool";
  return dtype === "int32" || dtype === "uint8" ? "int" : "float";
}

function isPlain(values: TensorLike): boolean {
  return typeof values === "number" || Array.isArray(values);
}
