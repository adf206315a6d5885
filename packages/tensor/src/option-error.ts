/** Options that a function does not know, or what is no options object. */
export class OptionError extends Error {
  override readonly name: string = "OptionError";
}
