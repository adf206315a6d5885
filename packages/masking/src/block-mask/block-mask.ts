import type { MadeFor } from "./made-for.ts";

/** Which blocks of the queries × keys plane a mask lets through, as runs of key blocks per row of query blocks.
 *  Causal over a million keys is two runs a row, so the size is O(query blocks), not O(blocks).
 *
 *  A layer is one (batch, head); a mask that reads neither has one layer for all.
 *  Row r of layer l holds runs `rowStarts[l * rows + r] … rowStarts[l * rows + r + 1] - 1`, in ascending key order, never overlapping;
 *  run i covers key blocks `runStarts[i] … runEnds[i] - 1`, all of them full (`runFull[i] = 1`: every pair visible, skip the mask)
 *  or all partial (0: ask the mask about each pair). Blocks in no run are empty. */
export interface BlockMask {
  /** Queries and keys per block; the last block of an axis may be cut short. */
  readonly queryBlock: number;
  readonly keyBlock: number;
  readonly queries: number;
  readonly keys: number;
  /** `batch` and `heads` are 1 when the mask does not read them. */
  readonly batch: number;
  readonly heads: number;
  readonly rowStarts: Int32Array;
  readonly runStarts: Int32Array;
  readonly runEnds: Int32Array;
  readonly runFull: Uint8Array;
  readonly madeFor: MadeFor;
}
