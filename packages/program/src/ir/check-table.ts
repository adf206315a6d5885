import type { DType, Tensor } from "@fovea/tensor";
import type { Type } from "./operations.ts";
import { ProgramError } from "./program-error.ts";
import type { TableDeclaration } from "./program.ts";

/** How the contents of a table of each type may be stored. */
export const tableDTypes: Readonly<Record<Type, readonly DType[]>> = {
  float: ["float32", "float64"],
  int: ["int32"],
  bool: ["bool"],
};

/** Refuses a tensor that cannot be what a table holds.
 *  @throws {ProgramError} for another rank, another dtype, or a shape that reaches outside the data */
export function checkTable(who: string, { name, type, rank }: TableDeclaration, tensor: Tensor): void {
  if (!isTensorLike(tensor)) throw new ProgramError(`${who}: table ${name} must be a Tensor, got ${typeof tensor}.`);
  const expected = tableDTypes[type];
  if (!expected.includes(tensor.dtype)) {
    throw new ProgramError(
      `${who}: table ${name} holds ${type}, so a ${expected.join(" or ")} tensor, got ${tensor.dtype}.`,
    );
  }
  if (tensor.shape.length !== rank) {
    throw new ProgramError(
      `${who}: table ${name} has rank ${rank}, got a tensor of shape [${tensor.shape.join(", ")}].`,
    );
  }
  let [first, last] = [tensor.offset, tensor.offset];
  for (let axis = 0; axis < rank; axis++) {
    const reach = (tensor.shape[axis] - 1) * tensor.strides[axis];
    if (reach < 0) first += reach;
    else last += reach;
  }
  if (!tensor.shape.includes(0) && !(first >= 0 && last < tensor.data.length)) {
    throw new ProgramError(`${who}: the tensor of table ${name} reaches outside its data.`);
  }
}

function isTensorLike(value: unknown): boolean {
  return typeof value === "object" && value !== null && "dtype" in value && "shape" in value && "data" in value;
}
