import type { Tensor } from "@fovea/tensor";

/** The element of a table at these indices, 0 outside it. Bools are 0 and 1 whatever non-zero byte is stored. */
export function readElement(tensor: Tensor, indices: readonly number[]): number {
  const { dtype, shape, strides, data } = tensor;
  let at = tensor.offset;
  for (let axis = 0; axis < shape.length; axis++) {
    const index = indices[axis];
    if (index < 0 || index >= shape[axis]) return 0;
    at += index * strides[axis];
  }
  return dtype === "bool" ? Number(data[at] !== 0) : data[at];
}
