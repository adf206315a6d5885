import { checkOptions } from "@fovea/tensor";
import type { BlockMask } from "../block-mask/block-mask.ts";
import { blockRuns } from "../block-mask/block-runs.ts";
import { MaskError } from "../mask-error.ts";

const largestPicture = 2 ** 24;

/** A block mask as text: a line per row of query blocks, a character per key block: "█" full, "▒" partial, "·" empty.
 *  @param options which layer; batch and head 0 by default
 *  @throws {MaskError} when there is no such layer, or the picture would have more than 2^24 characters */
export function drawBlocks(mask: BlockMask, options: { readonly batch?: number; readonly head?: number } = {}): string {
  checkOptions(
    "drawBlocks",
    options,
    { batch: true, head: true },
    { example: "drawBlocks(mask, { head: 1 })", Refuse: MaskError },
  );
  const rows = Math.ceil(mask.queries / mask.queryBlock);
  const columns = Math.ceil(mask.keys / mask.keyBlock);
  if (rows * columns > largestPicture)
    throw new MaskError(
      `drawBlocks: a picture may have ${largestPicture} characters, got ${rows} × ${columns} blocks. Make the mask with larger blocks.`,
    );
  const lines: string[] = [];
  for (let queryBlock = 0; queryBlock < rows; queryBlock++) {
    let [line, column] = ["", 0];
    for (const { start, end, full } of blockRuns(mask, { ...options, queryBlock })) {
      line += "·".repeat(start - column) + (full ? "█" : "▒").repeat(end - start);
      column = end;
    }
    lines.push(line + "·".repeat(columns - column));
  }
  return lines.join("\n");
}
