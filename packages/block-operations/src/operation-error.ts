/** An argument of a block operation is wrong: the message says who refused, what was expected, what came, and what to do. Thrown before any work. */
export class OperationError extends Error {
  override readonly name = "OperationError";
}
