import { createBlockMask, tablesKey } from "@fovea/masking";
import type { BlockMask } from "@fovea/masking";
import type { Program } from "@fovea/program";
import { size } from "@fovea/tensor";
import type { Backend } from "./backend.ts";
import { checkBlockMask } from "./checks/check-block-mask.ts";
import type { MaskedCall } from "./checks/check-block-mask.ts";

/** A plane of fewer blocks than this is asked pair by pair: there is too little to skip. */
const worthwhileBlocks = 4;

/** Making a block mask may take one operation on intervals (about 200 ns) for so many that a kernel does on pairs (about 0.2 ns and more), so that
 *  never making one would not be much faster. Masks with a border, blocks of a kernel's own size: far below. */
const pairsPerInterval = 8192;
/** Under a millisecond is not counted. */
const leastBudget = 4096;

/** The caller's block mask, checked, or one made where that pays.
 *  @param given null: none is to be made
 *  @throws {AttentionError | MaskError} when the given one was not made for this call */
export function chooseBlockMask(
  call: MaskedCall,
  given: BlockMask | null | undefined,
  blockSize: Backend["blockSize"],
): BlockMask | null {
  if (given !== null && given !== undefined) return checkBlockMask(given, call);
  const { mask, sizes, queryOffsets, tables } = call;
  const { batch, heads, queries, keys } = sizes;
  // positions before 0 are asked one by one: block masks start at 0
  if (mask === null || given === null || batch === 0 || queryOffsets.some((offset) => offset < 0)) return null;
  const blocks = Math.ceil(queries / blockSize.query) * Math.ceil(keys / blockSize.key);
  if (blocks < worthwhileBlocks) return null;
  // preparing a table looks at each element: that must not be more than attention asks
  const pairs = batch * heads * queries * keys;
  const elements = mask.tables.reduce((sum, { name }) => sum + size(tables[name]), 0);
  if (elements > pairs) return null;
  const options = {
    batch,
    heads,
    queries,
    keys,
    queryOffset: queryOffsets.some((offset) => offset !== queryOffsets[0]) ? Array.from(queryOffsets) : queryOffsets[0],
    queryBlock: blockSize.query,
    keyBlock: blockSize.key,
    budget: Math.max((pairs * mask.instructions.length) / pairsPerInterval, leastBudget),
  };
  // tables may be updated in place, so what they hold is part of the key
  const key = JSON.stringify(options) + tablesKey(mask, tables);
  const last = made.get(mask);
  if (last?.key === key) return last.blockMask;
  const blockMask = createBlockMask(mask, { ...options, tables });
  made.set(mask, { key, blockMask });
  return blockMask;
}

/** The last block mask made for each mask. */
const made = new WeakMap<Program, { readonly key: string; readonly blockMask: BlockMask }>();
