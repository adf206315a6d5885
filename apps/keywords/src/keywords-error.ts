/** Something the person at the keyboard can put right. `main` prints the message alone and exits with 1. */
export class KeywordsError extends Error {
  override readonly name = "KeywordsError";
}
