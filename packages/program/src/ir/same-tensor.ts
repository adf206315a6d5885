import type { Tensor } from "@fovea/tensor";

/** Whether two tensors are the same numbers in the same memory. */
export function sameTensor(a: Tensor, b: Tensor | undefined): boolean {
  if (a === b) return true;
  return (
    b !== undefined &&
    a.data === b.data &&
    a.dtype === b.dtype &&
    a.offset === b.offset &&
    sameList(a.shape, b.shape) &&
    sameList(a.strides, b.strides)
  );
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
