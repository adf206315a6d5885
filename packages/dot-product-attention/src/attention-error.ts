/** An option of attention is wrong: the message says who refused, what was expected, what came, and what to do. Thrown before any work. */
export class AttentionError extends Error {
  override readonly name = "AttentionError";
}
