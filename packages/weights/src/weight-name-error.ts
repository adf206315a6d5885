import { WeightFileError } from "./weight-file-error.ts";
import type { WeightFileProblem } from "./weight-file-error.ts";

/** Weights that were asked for by name are not there, cannot be read, or have another shape. */
export class WeightNameError extends WeightFileError {
  override readonly name = "WeightNameError";
  /** The names that were asked for and not found. */
  readonly lookedFor: readonly string[];
  /** Names that are there and look like the first of them, most alike first. */
  readonly near: readonly string[];

  constructor(problem: WeightFileProblem, lookedFor: readonly string[], near: readonly string[] = []) {
    super(problem);
    this.lookedFor = lookedFor;
    this.near = near;
  }
}
