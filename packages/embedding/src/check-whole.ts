import { wholeNumber } from "@fovea/tensor";
import { EmbeddingError } from "./embedding-error.ts";

/** Refuses what is not a whole number of at least `minimum`.
 *  @throws {EmbeddingError} */
export function checkWhole(who: string, name: string, value: number, minimum: number): void {
  wholeNumber(who, name, value, minimum, undefined, EmbeddingError);
}
