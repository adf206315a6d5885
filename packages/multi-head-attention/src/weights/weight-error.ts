/** Weights by name could not be found or have a shape that does not fit. */
export class WeightError extends Error {
  override readonly name = "WeightError";
  /** The names that would have done, in the order they were tried. */
  readonly lookedFor: readonly string[];
  /** Names that are there and look like them, most alike first. */
  readonly near: readonly string[];

  constructor(message: string, lookedFor: readonly string[], near: readonly string[] = []) {
    super(message);
    this.lookedFor = lookedFor;
    this.near = near;
  }
}
