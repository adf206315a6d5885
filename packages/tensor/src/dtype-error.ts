/** Numbers of the wrong kind: an unknown dtype, a value the dtype cannot hold, or dtypes that do not go together. */
export class DTypeError extends Error {
  override readonly name: string = "DTypeError";
}
