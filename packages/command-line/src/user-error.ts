/** Something the person at the keyboard can put right: `runApp` prints its sentence, without a stack, and ends with exit code 1. */
export class UserError extends Error {
  override readonly name = "UserError";
}
