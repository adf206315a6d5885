import { createEvaluator } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { requireMasks } from "../combine/require-masks.ts";
import { largestInt, wholeNumber } from "../whole-number.ts";

/** Which layer of a mask to draw, and what it reads. */
export interface DrawOptions {
  readonly batch?: number;
  readonly head?: number;
  /** Tables to use instead of those that came with the mask, by name. */
  readonly tables?: Readonly<Record<string, Tensor>>;
  /** Index of the first query; default 0. */
  readonly queryOffset?: number;
}

const largestPicture = 2 ** 24;

/** A mask as text: a line per query, a character per key, "█" where the query sees the key and "·" where it does not.
 *  @param mask a program that gives a bool; null or undefined: everything is visible
 *  @param keys default: as many as queries
 *  @throws {MaskError} when the mask gives no bool, or the picture would have more than 2^24 characters */
export function draw(
  mask: Program | null | undefined,
  queries: number,
  keys: number = queries,
  options: DrawOptions = {},
): string {
  checkOptions(
    "draw",
    options,
    { batch: true, head: true, tables: true, queryOffset: true },
    { example: "draw(mask, queries, keys, { head: 1 })", Refuse: MaskError },
  );
  const { batch = 0, head = 0, tables, queryOffset = 0 } = options;
  wholeNumber("draw", "queries", queries);
  wholeNumber("draw", "keys", keys);
  wholeNumber("draw", "batch", batch);
  wholeNumber("draw", "head", head);
  wholeNumber("draw", "queryOffset", queryOffset, 0, largestInt - queries);
  if (queries * keys > largestPicture)
    throw new MaskError(
      `draw: a picture may have ${largestPicture} characters, got ${queries} × ${keys}. Draw its blocks with drawBlocks.`,
    );
  if (mask === null || mask === undefined) return Array<string>(queries).fill("█".repeat(keys)).join("\n");

  requireMasks("draw", [mask]);
  const sees = createEvaluator(mask, tables);
  const lines: string[] = [];
  for (let query = queryOffset; query < queryOffset + queries; query++) {
    let line = "";
    for (let key = 0; key < keys; key++) line += sees(0, batch, head, query, key, queries, keys) ? "█" : "·";
    lines.push(line);
  }
  return lines.join("\n");
}
