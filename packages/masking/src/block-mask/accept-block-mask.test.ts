import { tensor } from "@fovea/tensor";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { acceptBlockMask } from "./accept-block-mask.ts";
import { blockMaskFromRuns } from "./block-mask-from-runs.ts";
import type { BlockMask } from "./block-mask.ts";
import { createBlockMask } from "./create-block-mask.ts";
import { drawBlocks } from "../draw/draw-blocks.ts";
import { MaskError } from "../mask-error.ts";
import { causal } from "../masks/causal.ts";
import { documents } from "../masks/documents.ts";

const sides = { queries: 8, keys: 8, queryBlock: 2, keyBlock: 2 };
const own = createBlockMask(causal(), sides);
const accept = (given: unknown): BlockMask => acceptBlockMask("attention", given as BlockMask);

/** As structured cloning copies it. */
function copyOf(mask: BlockMask): BlockMask {
  const { rowStarts, runStarts, runEnds, runFull } = mask;
  return {
    ...mask,
    rowStarts: rowStarts.slice(),
    runStarts: runStarts.slice(),
    runEnds: runEnds.slice(),
    runFull: runFull.slice(),
  };
}

function attempt(given: BlockMask): readonly [BlockMask, null] | readonly [null, unknown] {
  try {
    return [accept(given), null];
  } catch (error) {
    return [null, error];
  }
}

/** Whether the runs of a 4 × 4 picture are in order and inside it, and none is full. */
function isSafe({ rowStarts, runStarts, runEnds, runFull }: BlockMask): boolean {
  for (let row = 0; row < 4; row++) {
    let end = 0;
    for (let run = rowStarts[row]; run < rowStarts[row + 1]; run++) {
      if (!(runStarts[run] >= end)) return false;
      end = runEnds[run];
      if (!(end > runStarts[run] && end <= 4)) return false;
    }
  }
  return !runFull.includes(1);
}

test("one that was made here is taken as it is", () => {
  expect(accept(own)).toBe(own);
});

test("a copy is believed about empty blocks, and asked about the rest", () => {
  expect(drawBlocks(own)).toBe("▒···\n█▒··\n██▒·\n███▒");
  for (const copy of [copyOf(own), { ...own }]) expect(drawBlocks(accept(copy))).toBe("▒···\n▒▒··\n▒▒▒·\n▒▒▒▒");
});

test("what changes after it was accepted changes nothing", () => {
  const forged = copyOf(own);
  const accepted = accept(forged);
  forged.runEnds.fill(1000);
  expect(drawBlocks(accepted)).toBe("▒···\n▒▒··\n▒▒▒·\n▒▒▒▒");
});

test("one of ours whose arrays were changed is a stranger's", () => {
  const changed = createBlockMask(causal(), sides);
  changed.runFull.fill(1);
  expect([...accept(changed).runFull]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  changed.runEnds[6] = 5;
  expect(() => accept(changed)).toThrow(MaskError);
});

const refused: readonly (readonly [string, unknown, string])[] = [
  ["nothing", null, "blockMask must be one that createBlockMask made, got null"],
  ["a picture", drawBlocks(own), "blockMask must be one that createBlockMask made, got string"],
  ["an empty object", {}, "blockMask.queryBlock must be a whole number of at least 1, got undefined"],
  ["JSON", JSON.parse(JSON.stringify(own)), "blockMask.rowStarts must be a typed array of ints, got object"],
  ["blocks of nothing", { ...own, keyBlock: 0 }, "blockMask.keyBlock must be a whole number of at least 1, got 0"],
  ["half a query", { ...own, queries: 7.5 }, "blockMask.queries must be a whole number"],
  ["more rows than it has", { ...own, queries: 9 }, "needs 6 rowStarts for its sizes, got 5"],
  ["more heads than it has", { ...own, heads: 2 }, "needs 9 rowStarts for its sizes, got 5"],
  ["fewer ends than starts", { ...own, runEnds: own.runEnds.slice(1) }, "needs as many runEnds and runFull"],
  ["rows that begin late", { ...own, rowStarts: Int32Array.of(1, 1, 3, 5, 7) }, "needs rowStarts from 0 to 7, got 1"],
  ["rows that fall", { ...own, rowStarts: Int32Array.of(0, 5, 3, 5, 7) }, "never fall, but number 2 does"],
  ["runs outside the keys", { ...own, runEnds: Int32Array.of(1, 1, 2, 2, 3, 3, 5) }, "run 6 goes from 3 to 5"],
  ["runs that overlap", { ...own, runStarts: Int32Array.of(0, 0, 0, 0, 2, 0, 3) }, "run 2 goes from 0 to 2"],
  ["a run of nothing", { ...own, runStarts: Int32Array.of(1, 0, 1, 0, 2, 0, 3) }, "run 0 goes from 1 to 1"],
  ["a run before the keys", { ...own, runStarts: Int32Array.of(-1, 0, 1, 0, 2, 0, 3) }, "runStarts[0] must be"],
  [
    "a kind that there is not",
    { ...own, runFull: new Uint8Array(7).fill(2) },
    "runFull[0] must be a whole number from 0",
  ],
  ["64-bit ints", { ...own, runStarts: new BigInt64Array(7) }, "must be a typed array of ints"],
  ["no purpose", { ...own, madeFor: undefined }, "blockMask.madeFor must say what it was made for, got undefined"],
  ["a purpose of numbers", { ...own, madeFor: { mask: 1, tables: 2, queryOffsets: [0] } }, "must hold the texts"],
  ["an offset before 0", { ...own, madeFor: { ...own.madeFor, queryOffsets: [-1] } }, "queryOffsets[0] must be"],
];
test.each(refused)("%s is refused", (_, given, message) => {
  expect(() => accept(given)).toThrow(MaskError);
  expect(() => accept(given)).toThrow(message);
});

test("whatever a forger writes is refused, or stays within the plane and claims nothing full", () => {
  const ints = fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 6 }).map((list) => Int32Array.from(list));
  const holds = fc.property(ints, ints, ints, (rowStarts, runStarts, runEnds) => {
    const rows = Int32Array.from([0, ...rowStarts]);
    const [accepted, error] = attempt({
      ...own,
      rowStarts: rows,
      runStarts,
      runEnds,
      runFull: new Uint8Array(runStarts.length).fill(1),
    });
    expect(accepted === null ? error instanceof MaskError : isSafe(accepted)).toBe(true);
  });
  fc.assert(holds, { numRuns: 2000 });
});

test("runs that the caller vouches for are kept as they are", () => {
  const { rowStarts, runStarts, runEnds, runFull } = own;
  const known = blockMaskFromRuns(causal(), sides, { rowStarts, runStarts, runEnds, runFull });
  expect(known).toEqual(own);
  expect(accept(known)).toBe(known);
  const outside = Int32Array.of(1, 1, 2, 2, 3, 3, 9);
  expect(() => blockMaskFromRuns(causal(), sides, { rowStarts, runStarts, runEnds: outside, runFull })).toThrow(
    "blockMaskFromRuns: blockMask needs runs in ascending order",
  );
});

test("it remembers the mask, its offsets and what its tables held", () => {
  const after = { ...sides, queryOffset: 4 };
  expect(createBlockMask(causal(), after).madeFor.queryOffsets).toEqual([4]);
  expect(createBlockMask(causal(), { ...sides, batch: 2, queryOffset: [4, 6] }).madeFor.queryOffsets).toEqual([4, 6]);
  const [first, second] = [documents([0, 0, 1, 1]), documents([0, 1, 1, 1])];
  const [one, other] = [first, second].map((mask) => createBlockMask(mask, sides).madeFor);
  expect(other.mask).toBe(one.mask);
  expect(other.tables).not.toBe(one.tables);
  expect(one.mask).not.toBe(own.madeFor.mask);
  const overridden = { ...sides, tables: { document: second.values.document } };
  expect(createBlockMask(first, overridden).madeFor).toEqual(other);
  const table = tensor(new Int32Array([1, 1, 2, 2]));
  const withTable = { ...sides, tables: { document: table } };
  const before = createBlockMask(first, withTable).madeFor.tables;
  table.data[3] = 1;
  expect(createBlockMask(first, withTable).madeFor.tables).not.toBe(before);
});
