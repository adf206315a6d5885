/** An argument of an inspection is wrong: the message says who refused, what was expected, what came, and what to do. */
export class InspectionError extends Error {
  override readonly name = "InspectionError";
}
