import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { documentIds } from "./documents-from-lengths.ts";
import { documentTable } from "./documents.ts";
import { MaskError } from "../mask-error.ts";
import { sameLength } from "./position-table.ts";
import { largestInt, wholeNumbers } from "../whole-number.ts";

/** One prompt and several continuations of it, packed without repeating the prompt: a continuation sees the whole prompt
 *  it belongs to and, causally, itself.
 *
 *  ```
 *  █·····   lengths 2 2 2, prefixes 0 0 0
 *  ██····
 *  ███···
 *  ████··
 *  ██··█·
 *  ██··██
 *  ```
 *
 *  @param options `lengths` of the documents in the order they are packed; `prefixes`: for each document the one it continues,
 *    which is itself for a prompt. Kept in tables `document` (per position) and `start`, `prefixStart`, `prefixEnd` (per document, from 1)
 *  @throws {MaskError} when a prefix does not exist or itself continues another document
 *  @see Juravsky et al. 2024, "Hydragen"; GRPO-style training on many answers to one question */
export function sharedPrefix(options: {
  readonly lengths: ArrayLike<number>;
  readonly prefixes: ArrayLike<number>;
}): Program {
  checkOptions(
    "sharedPrefix",
    options,
    { lengths: true, prefixes: true },
    { required: true, example: "sharedPrefix({ prefix: 4, lengths: [2, 3] })", Refuse: MaskError },
  );
  const { lengths, prefixes } = options;
  const ids = documentIds(lengths, "sharedPrefix");
  const count = lengths.length;
  wholeNumbers("sharedPrefix", "prefixes", prefixes, 0, Math.max(count - 1, 0));
  sameLength("sharedPrefix", "lengths", count, "prefixes", prefixes.length);

  // entry 0 stands for "no document": it starts nowhere and continues nothing. A prompt continues the nothing at its own start, so that
  // the range over a prompt and its answers stays where they are
  const start = new Int32Array(count + 1).fill(largestInt);
  const prefixStart = new Int32Array(count + 1).fill(largestInt);
  const prefixEnd = new Int32Array(count + 1);
  for (let document = 0, position = 0; document < count; position += lengths[document++])
    start[document + 1] = position;
  for (let document = 0; document < count; document++) {
    const prompt = prefixes[document];
    if (prefixes[prompt] !== prompt)
      throw new MaskError(
        `sharedPrefix: prefixes[${document}] must be a document that continues none, got ${prompt}, which continues ${prefixes[prompt]}.`,
      );
    prefixStart[document + 1] = start[prompt + 1];
    prefixEnd[document + 1] = start[prompt + 1] + (prompt === document ? 0 : lengths[prompt]);
  }
  return trace(({ query, key, table }) => {
    const document = table("document", documentTable(ids)).at(query);
    const own = key.greaterEqual(table("start", start).at(document)).and(key.lessEqual(query));
    const prompt = key
      .greaterEqual(table("prefixStart", prefixStart).at(document))
      .and(key.less(table("prefixEnd", prefixEnd).at(document)));
    return own.or(prompt);
  });
}
