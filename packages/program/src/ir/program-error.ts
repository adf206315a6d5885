/** A program that is not well formed, or inputs and tables that do not fit it. */
export class ProgramError extends Error {
  override readonly name: string = "ProgramError";
}
