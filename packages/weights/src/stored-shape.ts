import { WeightFileError, damaged, quote } from "./weight-file-error.ts";

/** What a tensor may have: axes, and elements. */
const maxRank = 32;
const maxElements = 2 ** 31 - 1;

/** A shape out of a file, checked, with its number of elements; nothing is allocated by it.
 *  @throws {WeightFileError} for what is no list of sizes, and for more elements than a tensor may have */
export function storedShape(file: string, name: string, shape: unknown): { shape: readonly number[]; size: number } {
  const refuse = (expected: string, remedy: string): WeightFileError =>
    new WeightFileError({ file, expected: `${quote(name)} to have ${expected}`, got: quote(shape), remedy });
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0)) {
    throw refuse("a shape of whole numbers from 0 up", damaged);
  }
  // Sizes of 0 are left out of the product, so that they do not hide absurd ones beside them.
  const elements = shape.reduce<number>((product, size) => product * Math.max(size, 1), 1);
  if (shape.length > maxRank || elements > maxElements) {
    throw refuse(`at most ${maxRank} axes and ${maxElements} elements`, "Split it into parts, if the file is whole.");
  }
  return { shape: Object.freeze([...shape]), size: shape.includes(0) ? 0 : elements };
}
