import type { BlockOperations, Operand } from "@fovea/block-operations";

/** `[batch, tokens, heads * dim]` to `[batch, heads, tokens, dim]`, a view where the input is contiguous. */
export function splitHeads<T extends Operand>(vectors: T, heads: number, operations: BlockOperations<T>): T {
  const [batch, tokens, dim] = vectors.shape as [number, number, number];
  return operations.transpose(operations.reshape(vectors, [batch, tokens, heads, dim / heads]), [0, 2, 1, 3]);
}

/** `[batch, heads, tokens, dim]` to `[batch, tokens, heads * dim]`: the inverse of `splitHeads`. */
export function mergeHeads<T extends Operand>(vectors: T, operations: BlockOperations<T>): T {
  const [batch, heads, tokens, dim] = vectors.shape as [number, number, number, number];
  const tokensFirst = operations.contiguous(operations.transpose(vectors, [0, 2, 1, 3]));
  return operations.reshape(tokensFirst, [batch, tokens, heads * dim]);
}
