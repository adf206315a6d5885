/** An argument of this package that cannot be used: an id outside its table, a size that does not divide, a rotary option out of range. */
export class EmbeddingError extends Error {
  override readonly name = "EmbeddingError";
}
