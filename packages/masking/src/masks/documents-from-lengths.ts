import type { Program } from "@fovea/program";
import { documents } from "./documents.ts";
import { largestInt, wholeNumbers } from "../whole-number.ts";
import { MaskError } from "../mask-error.ts";

/** Documents given by their lengths: `documents(documentIds(lengths))`.
 *
 *  ```
 *  ██···   lengths 2, 3
 *  ██···
 *  ··███
 *  ··███
 *  ··███
 *  ```
 *
 *  @param lengths of the documents, in the order they are packed
 *  @throws {MaskError} when a length is not a whole number of at least 0 */
export function documentsFromLengths(lengths: ArrayLike<number>): Program {
  return documents(documentIds(lengths, "documentsFromLengths"));
}

/** The document id of each position, `[sum of lengths]`: lengths 2 and 3 give 0 0 1 1 1.
 *  @throws {MaskError} when a length is not a whole number of at least 0, or they add up to more than an int holds */
export function documentIds(lengths: ArrayLike<number>, who = "documentIds"): Int32Array {
  wholeNumbers(who, "lengths", lengths);
  let total = 0;
  for (let document = 0; document < lengths.length; document++) total += lengths[document];
  if (total > largestInt) throw new MaskError(`${who}: lengths must add up to at most ${largestInt}, got ${total}.`);
  const ids = new Int32Array(total);
  for (let document = 0, start = 0; document < lengths.length; start += lengths[document++])
    ids.fill(document, start, start + lengths[document]);
  return ids;
}
