import { MaskError } from "../mask-error.ts";
import { largestInt, wholeNumber, wholeNumbers } from "../whole-number.ts";
import type { BlockMask } from "./block-mask.ts";
import type { MadeFor } from "./made-for.ts";

/** Checks a block mask of unknown origin field by field, each read once, and copies it: what changes afterwards changes nothing.
 *  Whether its runs are those of the mask is not checked. Work: O(runs).
 *  @throws {MaskError} when a field is missing or of another kind, or its runs are out of order, overlap or leave its sizes */
export function verifyBlockMask(who: string, given: BlockMask): BlockMask {
  if (typeof given !== "object" || given === null) {
    throw new MaskError(
      `${who}: blockMask must be one that createBlockMask made, got ${given === null ? "null" : typeof given}.`,
    );
  }
  const count = (field: "queryBlock" | "keyBlock" | "queries" | "keys" | "batch" | "heads", least: number): number =>
    wholeNumber(who, `blockMask.${field}`, given[field], least);
  const sizes = {
    queryBlock: count("queryBlock", 1),
    keyBlock: count("keyBlock", 1),
    queries: count("queries", 0),
    keys: count("keys", 0),
    batch: count("batch", 1),
    heads: count("heads", 1),
  };
  const runs = {
    rowStarts: copyInts(who, "rowStarts", given.rowStarts),
    runStarts: copyInts(who, "runStarts", given.runStarts),
    runEnds: copyInts(who, "runEnds", given.runEnds),
    runFull: Uint8Array.from(copyInts(who, "runFull", given.runFull, 1)),
  };
  const mask = { ...sizes, ...runs, madeFor: copyMadeFor(who, given.madeFor) };
  checkRuns(who, mask);
  return Object.freeze(mask);
}

function copyInts(who: string, field: string, given: Int32Array | Uint8Array, high: number = largestInt): Int32Array {
  if (!ArrayBuffer.isView(given) || !("BYTES_PER_ELEMENT" in given) || given.BYTES_PER_ELEMENT > 4) {
    throw new MaskError(
      `${who}: blockMask.${field} must be a typed array of ints, got ${typeof given}. JSON keeps none: make the block mask anew.`,
    );
  }
  // the constructor reads the array itself, whatever its methods have become
  const numbers = new Float64Array(given);
  wholeNumbers(who, `blockMask.${field}`, numbers, 0, high);
  return Int32Array.from(numbers);
}

function copyMadeFor(who: string, given: MadeFor): MadeFor {
  if (typeof given !== "object" || given === null) {
    throw new MaskError(
      `${who}: blockMask.madeFor must say what it was made for, got ${typeof given}. Use createBlockMask or blockMaskFromRuns.`,
    );
  }
  const { mask, tables, queryOffsets } = given;
  if (typeof mask !== "string" || typeof tables !== "string") {
    throw new MaskError(`${who}: blockMask.madeFor must hold the texts mask and tables. Make the block mask anew.`);
  }
  wholeNumbers(who, "blockMask.madeFor.queryOffsets", queryOffsets);
  return Object.freeze({ mask, tables, queryOffsets: Object.freeze(Array.from(queryOffsets)) });
}

function checkRuns(who: string, mask: BlockMask): void {
  const { rowStarts, runStarts, runEnds, runFull } = mask;
  const rows = mask.batch * mask.heads * Math.ceil(mask.queries / mask.queryBlock);
  const columns = Math.ceil(mask.keys / mask.keyBlock);
  const runs = runStarts.length;
  const refuse = (what: string): never => {
    throw new MaskError(`${who}: blockMask ${what}. Make it anew with createBlockMask.`);
  };
  if (rowStarts.length !== rows + 1) refuse(`needs ${rows + 1} rowStarts for its sizes, got ${rowStarts.length}`);
  if (runEnds.length !== runs || runFull.length !== runs)
    refuse(`needs as many runEnds and runFull as runStarts, ${runs}, got ${runEnds.length} and ${runFull.length}`);
  if (rowStarts[0] !== 0 || rowStarts[rows] !== runs)
    refuse(`needs rowStarts from 0 to ${runs}, got ${rowStarts[0]} to ${rowStarts[rows]}`);
  const falling = rowStarts.findIndex((start, row) => row > 0 && start < rowStarts[row - 1]);
  if (falling !== -1) refuse(`needs rowStarts that never fall, but number ${falling} does`);
  for (let row = 0; row < rows; row++) {
    let end = 0;
    for (let run = rowStarts[row]; run < rowStarts[row + 1]; run++) {
      if (runStarts[run] < end || runEnds[run] <= runStarts[run] || runEnds[run] > columns) {
        refuse(
          `needs runs in ascending order within ${columns} blocks of keys, but run ${run} goes from ${runStarts[run]} to ${runEnds[run]}`,
        );
      }
      end = runEnds[run];
    }
  }
}
