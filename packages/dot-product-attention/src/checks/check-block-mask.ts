import { acceptBlockMask, maskKey, tablesKey } from "@fovea/masking";
import type { BlockMask } from "@fovea/masking";
import { usedInputs } from "@fovea/program";
import type { Program } from "@fovea/program";
import type { Tensor } from "@fovea/tensor";
import { AttentionError } from "../attention-error.ts";
import type { Sizes } from "./check-operands.ts";

/** What a block mask has to fit. */
export interface MaskedCall {
  /** Simplified; null: there is none, or (`masked`) it was found to let everything through. */
  readonly mask: Program | null;
  readonly masked: boolean;
  readonly sizes: Sizes;
  readonly queryOffsets: Int32Array;
  /** What the tables of the mask hold in this call. */
  readonly tables: Readonly<Record<string, Tensor>>;
}

/** A caller's block mask as a kernel may follow it; null where the mask lets everything through.
 *  Work: O(runs + elements of the mask's tables).
 *  @throws {AttentionError} when it was made for other sizes, another mask, other query offsets, or before a table changed
 *  @throws {MaskError} when it was not made by createBlockMask and is none, see `acceptBlockMask` */
export function checkBlockMask(given: BlockMask, call: MaskedCall): BlockMask | null {
  const { mask, sizes } = call;
  if (!call.masked) {
    throw new AttentionError(
      "attention: blockMask only says which blocks to ask; pass the mask it was made from as well.",
    );
  }
  const accepted = acceptBlockMask("attention", given);
  for (const axis of ["queries", "keys"] as const) {
    if (accepted[axis] === sizes[axis]) continue;
    throw new AttentionError(
      `attention: expected a blockMask for ${sizes[axis]} ${axis}, got one for ${accepted[axis]}. Make it anew, or leave it out.`,
    );
  }
  const { madeFor } = accepted;
  if (madeFor.mask !== maskKey(mask)) {
    throw new AttentionError(
      "attention: blockMask was made from another mask. Make it from the mask of this call, or leave it out.",
    );
  }
  if (mask === null) return null;
  const reads = usedInputs(mask);
  checkLayers(accepted, call, reads);
  if (reads.has("query")) checkOffsets(madeFor.queryOffsets, call.queryOffsets);
  if (madeFor.tables !== tablesKey(mask, call.tables)) {
    throw new AttentionError(
      "attention: blockMask was made from other tables, or before one of them changed. Make it anew with the tables of this call, or leave it out.",
    );
  }
  return accepted;
}

function checkLayers(given: BlockMask, { sizes, queryOffsets }: MaskedCall, reads: ReadonlySet<string>): void {
  const offsetsDiffer = queryOffsets.some((offset) => offset !== queryOffsets[0]);
  const needed = {
    batch: sizes.batch > 1 && (reads.has("batch") || (reads.has("query") && offsetsDiffer)),
    heads: sizes.heads > 1 && reads.has("head"),
  };
  for (const axis of ["batch", "heads"] as const) {
    if (given[axis] === sizes[axis] || (given[axis] === 1 && !needed[axis])) continue;
    throw new AttentionError(
      `attention: expected a blockMask with ${axis} ${sizes[axis]}${needed[axis] ? "" : " or 1"}, got ${given[axis]}. ` +
        `Pass ${axis} to createBlockMask.`,
    );
  }
}

function checkOffsets(made: readonly number[], queryOffsets: Int32Array): void {
  queryOffsets.forEach((offset, b) => {
    const known = made[made.length === 1 ? 0 : b];
    if (known === offset) return;
    throw new AttentionError(
      `attention: blockMask was made for queries from ${known} on, but those of batch element ${b} begin at ${offset}. ` +
        "Pass queryOffset to createBlockMask, or leave blockMask out.",
    );
  });
}
