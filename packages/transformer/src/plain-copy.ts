import { contiguous, tensor, type Tensor } from "@fovea/tensor";

/** A copy in JavaScript's own memory, where no scope ends. */
export function plainCopy(x: Tensor): Tensor {
  const dense = contiguous(x);
  const count = dense.shape.reduce((product, length) => product * length, 1);
  return tensor(dense.data.slice(dense.offset, dense.offset + count), { shape: dense.shape, dtype: dense.dtype });
}
