import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { wholeNumbers } from "../whole-number.ts";

/** Where the padding is, and whether queries are padded too. */
export interface PaddingOptions {
  /** Side of the padding; default "right": the real keys come first. */
  readonly side?: "right" | "left";
  /** Real queries per batch element, with padding on the right; padded queries then see nothing. By default every query sees the real keys. */
  readonly queryLengths?: ArrayLike<number>;
}

/** Hides the keys that only fill a batch element up to the common length.
 *
 *  ```
 *  ██··   length 2 of 4
 *  ██··
 *  ██··
 *  ██··
 *  ```
 *
 *  @param lengths real keys per batch element, kept in table `length` (int, `[batch]`); `queryLengths` go to table `queryLength`
 *  @throws {MaskError} when a length is not a whole number of at least 0, or the two lists differ in length */
export function padding(lengths: ArrayLike<number>, options: PaddingOptions = {}): Program {
  checkOptions(
    "padding",
    options,
    { side: true, queryLengths: true },
    { example: 'padding(lengths, { side: "left" })', Refuse: MaskError },
  );
  const { side = "right", queryLengths } = options;
  wholeNumbers("padding", "lengths", lengths);
  if (side !== "right" && side !== "left")
    throw new MaskError(`padding: side must be "right" or "left", got ${String(side)}.`);
  if (queryLengths !== undefined) {
    wholeNumbers("padding", "queryLengths", queryLengths);
    if (side === "left")
      throw new MaskError('padding: queryLengths need padding on the right, got side "left". Leave them out.');
    if (queryLengths.length !== lengths.length)
      throw new MaskError(
        `padding: queryLengths must have one number per batch element, ${lengths.length}, got ${queryLengths.length}.`,
      );
  }
  return trace(({ batch, query, key, keys, table }) => {
    const length = table("length", Int32Array.from(lengths)).at(batch);
    const real = side === "right" ? key.less(length) : key.greaterEqual(keys.subtract(length));
    if (queryLengths === undefined) return real;
    return real.and(query.less(table("queryLength", Int32Array.from(queryLengths)).at(batch)));
  });
}
