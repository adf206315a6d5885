/** A shape, an axis or an index does not fit. The message says who, what was expected, what came, and what to do. */
export class ShapeError extends Error {
  override readonly name: string = "ShapeError";
}
