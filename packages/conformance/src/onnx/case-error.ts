/** A case that cannot be run: malformed, or of an operator or form that has no meaning here. */
export class CaseError extends Error {
  override readonly name = "CaseError";
}
