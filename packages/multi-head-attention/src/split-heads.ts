import type { BlockOperations } from "@fovea/block-operations";
import { reshape, transpose, type Tensor } from "@fovea/tensor";

/** `[batch, tokens, heads * dim]` to `[batch, heads, tokens, dim]`, a view where the input is contiguous. */
export function splitHeads(vectors: Tensor, heads: number): Tensor {
  const [batch, tokens, dim] = vectors.shape as [number, number, number];
  return transpose(reshape(vectors, [batch, tokens, heads, dim / heads]), [0, 2, 1, 3]);
}

/** `[batch, heads, tokens, dim]` to `[batch, tokens, heads * dim]`: the inverse of `splitHeads`. */
export function mergeHeads(vectors: Tensor, operations: BlockOperations): Tensor {
  const [batch, heads, tokens, dim] = vectors.shape as [number, number, number, number];
  return reshape(operations.contiguous(transpose(vectors, [0, 2, 1, 3])), [batch, tokens, heads * dim]);
}
