import { createBlockMask } from "@fovea/masking";
import type { BlockMask } from "@fovea/masking";
import { usedInputs } from "@fovea/program";
import type { Program } from "@fovea/program";
import type { Tensor } from "@fovea/tensor";
import { AttentionError } from "./attention-error.ts";
import type { Backend } from "./backend.ts";
import type { Sizes } from "./checks/check-operands.ts";

/** A plane of fewer blocks than this is asked pair by pair: there is too little to skip. */
const worthwhileBlocks = 4;

/** Checks the caller's block mask against this call, or makes one where that pays.
 *  @param mask null: there is none, or (`masked`) it was found to let everything through
 *  @throws {AttentionError} when the given one was made for other sizes */
export function chooseBlockMask(
  mask: Program | null,
  masked: boolean,
  given: BlockMask | null | undefined,
  sizes: Sizes,
  queryOffsets: Int32Array,
  tables: Readonly<Record<string, Tensor>>,
  blockSize: Backend["blockSize"],
): BlockMask | null {
  const offsetsDiffer = queryOffsets.some((offset) => offset !== queryOffsets[0]);
  if (given) {
    checkBlockMask(mask, masked, given, sizes, offsetsDiffer);
    return mask && given;
  }
  const { batch, heads, queries, keys } = sizes;
  // positions before 0 are asked one by one: block masks start at 0
  if (mask === null || given === null || batch === 0 || queryOffsets.some((offset) => offset < 0)) return null;
  const blocks = Math.ceil(queries / blockSize.query) * Math.ceil(keys / blockSize.key);
  if (blocks < worthwhileBlocks) return null;
  const options = {
    batch,
    heads,
    queries,
    keys,
    queryOffset: offsetsDiffer ? Array.from(queryOffsets) : queryOffsets[0],
    queryBlock: blockSize.query,
    keyBlock: blockSize.key,
  };
  // tables may be updated in place, so only a mask without any is known to be the same next time
  if (mask.tables.length > 0) return createBlockMask(mask, { ...options, tables });
  const key = JSON.stringify(options);
  const last = made.get(mask);
  if (last?.key === key) return last.blockMask;
  const blockMask = createBlockMask(mask, options);
  made.set(mask, { key, blockMask });
  return blockMask;
}

/** The last block mask made for each table-less mask. */
const made = new WeakMap<Program, { readonly key: string; readonly blockMask: BlockMask }>();

function checkBlockMask(
  mask: Program | null,
  masked: boolean,
  given: BlockMask,
  sizes: Sizes,
  offsetsDiffer: boolean,
): void {
  if (!masked) {
    throw new AttentionError(
      "attention: blockMask only says which blocks to ask; pass the mask it was made from as well.",
    );
  }
  for (const axis of ["queries", "keys"] as const) {
    if (given[axis] === sizes[axis]) continue;
    throw new AttentionError(
      `attention: expected a blockMask for ${sizes[axis]} ${axis}, got one for ${given[axis]}. Make it anew, or leave it out.`,
    );
  }
  const reads: ReadonlySet<string> = mask ? usedInputs(mask) : new Set();
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
