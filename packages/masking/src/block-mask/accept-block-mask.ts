import { fingerprint, tensor } from "@fovea/tensor";
import type { BlockMask } from "./block-mask.ts";
import { verifyBlockMask } from "./verify-block-mask.ts";

/** The block masks that this package made, each with what identifies its runs: arrays cannot be frozen. */
const made = new WeakMap<BlockMask, string>();

/** Freezes a block mask and remembers that it was made here. */
export function ownBlockMask(mask: BlockMask): BlockMask {
  const own = Object.freeze(mask);
  made.set(own, runsKey(own));
  return own;
}

/** A block mask that a kernel may follow without looking. One that was made here and not changed since is that itself. Any other (a structured
 *  clone, one made by hand or by another copy of this package) is copied and verified, and only believed about which blocks are empty: its full
 *  blocks become partial, so that the mask is asked about every pair of them. It can hide what the mask shows, never show what the mask hides.
 *  Work: O(runs).
 *  @throws {MaskError} when it is no block mask, or its runs are not in order or leave its sizes */
export function acceptBlockMask(who: string, given: BlockMask): BlockMask {
  const known = made.get(given);
  if (known !== undefined && known === runsKey(given)) return given;
  const copy = verifyBlockMask(who, given);
  return Object.freeze({ ...copy, runFull: new Uint8Array(copy.runFull.length) });
}

function runsKey({ rowStarts, runStarts, runEnds, runFull }: BlockMask): string {
  return [rowStarts, runStarts, runEnds, runFull].map((runs) => fingerprint(tensor(runs))).join();
}
