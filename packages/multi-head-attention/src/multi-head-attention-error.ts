/** An option of this package that cannot be used, or two that do not go together. */
export class MultiHeadAttentionError extends Error {
  override readonly name = "MultiHeadAttentionError";
}
