/** A mask, a block mask or a picture was asked for with arguments that make no sense. The message says who refused, what was expected, what came. */
export class MaskError extends Error {
  override readonly name: string = "MaskError";
}
