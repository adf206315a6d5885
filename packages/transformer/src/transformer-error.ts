/** A model, a session or an option of generation is not one that can be run. */
export class TransformerError extends Error {
  override readonly name = "TransformerError";
}
