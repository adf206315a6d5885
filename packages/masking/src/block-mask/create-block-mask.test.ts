import { trace } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { both } from "../combine/both.ts";
import { blockMaskStatistics } from "./block-mask-statistics.ts";
import { causal } from "../masks/causal.ts";
import { createBlockMask } from "./create-block-mask.ts";
import { dilatedWindow } from "../masks/dilated-window.ts";
import { documents, documentTable } from "../masks/documents.ts";
import { drawBlocks } from "../draw/draw-blocks.ts";
import { MaskError } from "../mask-error.ts";
import { padding } from "../masks/padding.ts";
import { slidingTile2d } from "../masks/sliding-tile2d.ts";
import { slidingWindow } from "../masks/sliding-window.ts";

const sides = { queryBlock: 2, keyBlock: 2 };

describe("pictures by hand", () => {
  test("causal is full below the diagonal, partial on it, empty above", () => {
    const mask = createBlockMask(causal(), { queries: 8, keys: 8, ...sides });
    expect(drawBlocks(mask)).toBe("▒···\n█▒··\n██▒·\n███▒");
    expect([...mask.rowStarts]).toEqual([0, 1, 3, 5, 7]);
    expect([...mask.runStarts]).toEqual([0, 0, 1, 0, 2, 0, 3]);
    expect([...mask.runEnds]).toEqual([1, 1, 2, 2, 3, 3, 4]);
    expect([...mask.runFull]).toEqual([0, 1, 0, 1, 0, 1, 0]);
  });

  test("after cached keys the picture moves to the right", () => {
    expect(drawBlocks(createBlockMask(causal(), { queries: 4, keys: 8, queryOffset: 4, ...sides }))).toBe("██▒·\n███▒");
  });

  test("a window of 2 touches two blocks a row", () => {
    const window = slidingWindow({ lookback: 2 });
    expect(drawBlocks(createBlockMask(window, { queries: 8, keys: 8, ...sides }))).toBe("▒···\n▒▒··\n·▒▒·\n··▒▒");
  });

  test("packed documents, and both", () => {
    const ids = documents([0, 0, 1, 1, 1, 1, 2, 2]);
    expect(drawBlocks(createBlockMask(ids, { queries: 8, keys: 8, ...sides }))).toBe("█···\n·██·\n·██·\n···█");
    expect(drawBlocks(createBlockMask(both(causal(), ids), { queries: 8, keys: 8, ...sides }))).toBe(
      "▒···\n·▒··\n·█▒·\n···▒",
    );
  });

  test("with blocks of one tile, sliding tiles leave no block partial", () => {
    const tiles = slidingTile2d({ canvas: [2, 8], kernel: [2, 4], tile: [2, 2] });
    expect(drawBlocks(createBlockMask(tiles, { queries: 16, keys: 16, queryBlock: 4, keyBlock: 4 }))).toBe(
      "██··\n██··\n·██·\n··██",
    );
  });

  test("last blocks are cut short: what lies outside does not count", () => {
    // the last block holds one pair, query 4 and key 4
    expect(drawBlocks(createBlockMask(causal(), { queries: 5, keys: 5, ...sides }))).toBe("▒··\n█▒·\n███");
    expect(drawBlocks(createBlockMask(causal(), { queries: 3, keys: 3, queryBlock: 5, keyBlock: 1 }))).toBe("█▒▒");
  });

  test("blocks of one pair are the mask itself", () => {
    expect(
      drawBlocks(
        createBlockMask(dilatedWindow({ lookback: 2, dilation: 2 }), {
          queries: 4,
          keys: 4,
          queryBlock: 1,
          keyBlock: 1,
        }),
      ),
    ).toBe("█···\n·█··\n█·█·\n·█·█");
  });
});

test("without a mask every block is full, in one run a row", () => {
  const mask = createBlockMask(null, { queries: 300, keys: 1000 });
  expect(drawBlocks(mask)).toBe("████████\n████████\n████████");
  expect(mask.runStarts.length).toBe(3);
  expect(createBlockMask(undefined, { queries: 300, keys: 1000 })).toEqual(mask);
});

test("no queries, no keys, and a mask that hides everything have no runs", () => {
  expect(createBlockMask(causal(), { queries: 0, keys: 5 }).rowStarts).toEqual(Int32Array.of(0));
  expect(createBlockMask(causal(), { queries: 300, keys: 0 }).rowStarts).toEqual(new Int32Array(4));
  const hidden = createBlockMask(
    trace(() => false),
    { queries: 300, keys: 300 },
  );
  expect(hidden.runStarts.length).toBe(0);
});

describe("layers", () => {
  const sizes = { batch: 2, heads: 3, queries: 4, keys: 4, ...sides };

  test("are made for the axes that the mask reads, and no other", () => {
    expect(createBlockMask(causal(), sizes)).toMatchObject({ batch: 1, heads: 1 });
    expect(createBlockMask(padding([2, 4]), sizes)).toMatchObject({ batch: 2, heads: 1 });
    expect(
      createBlockMask(
        trace(({ head, key }) => key.less(head)),
        sizes,
      ),
    ).toMatchObject({ batch: 1, heads: 3 });
  });

  test("hold what their batch element and head see", () => {
    const mask = createBlockMask(
      trace(({ batch, head, key }) => key.less(batch.add(head).multiply(2))),
      sizes,
    );
    const rows = [0, 1].flatMap((batch) => [0, 1, 2].map((head) => drawBlocks(mask, { batch, head }).split("\n")[0]));
    expect(rows).toEqual(["··", "█·", "██", "█·", "██", "██"]);
  });

  test("are made for the batch when its offsets differ", () => {
    const mask = createBlockMask(causal(), { ...sizes, queries: 2, queryOffset: [0, 2] });
    expect(mask).toMatchObject({ batch: 2, heads: 1 });
    expect([drawBlocks(mask, { batch: 0 }), drawBlocks(mask, { batch: 1 })]).toEqual(["▒·", "█▒"]);
    expect(createBlockMask(causal(), { ...sizes, queryOffset: [2, 2] })).toMatchObject({ batch: 1 });
  });
});

test("tables can be handed over instead of those that came with the mask", () => {
  const tables = { document: documentTable([0, 1, 1, 1]) };
  expect(drawBlocks(createBlockMask(documents([0, 0, 0, 0]), { queries: 4, keys: 4, tables, ...sides }))).toBe(
    "▒▒\n▒█",
  );
});

test("where bounds cannot tell, exact asks about every pair", () => {
  // the ranges of these ids overlap although no two are the same
  const mask = documents([1, 3], { keyIds: [0, 2, 4] });
  expect(drawBlocks(createBlockMask(mask, { queries: 2, keys: 3, queryBlock: 2, keyBlock: 3 }))).toBe("▒");
  expect(drawBlocks(createBlockMask(mask, { queries: 2, keys: 3, queryBlock: 2, keyBlock: 3, exact: true }))).toBe("·");
  const everything = trace(({ key }) => key.remainder(2).equal(0).or(key.remainder(2).equal(1)));
  expect(drawBlocks(createBlockMask(everything, { queries: 2, keys: 3, exact: true }))).toBe("█");
});

test("a mask that reads the score stays partial, exact or not", () => {
  const positive = trace(({ score, query, key }) => score.greater(0).and(key.lessEqual(query)));
  expect(drawBlocks(createBlockMask(positive, { queries: 4, keys: 4, exact: true, ...sides }))).toBe("▒·\n▒▒");
});

test("a million by a million is held in a few hundred kilobytes", () => {
  const mask = createBlockMask(slidingWindow({ lookback: 1023 }), { queries: 2 ** 20, keys: 2 ** 20 });
  // row r sees blocks r - 8 … r: the outer two partial, seven between them full; the first eight rows have no left border
  expect(mask.runStarts.length).toBe(8192 * 3 - 8 - 1);
  expect(mask.runStarts.slice(-3)).toEqual(Int32Array.of(8183, 8184, 8191));
  expect(mask.runFull.slice(-3)).toEqual(Uint8Array.of(0, 1, 0));
});

function refused(options: object): void {
  createBlockMask(causal(), { queries: 4, keys: 4, ...options });
}

test("options that make no sense are refused", () => {
  expect(() => refused({ queryBlock: 0 })).toThrow(
    "createBlockMask: queryBlock must be a whole number of at least 1, got 0.",
  );
  expect(() => refused({ keyBlock: 1.5 })).toThrow(MaskError);
  expect(() => refused({ queries: -1 })).toThrow("queries");
  expect(() => refused({ batch: 0 })).toThrow("batch");
  expect(() => refused({ batch: 3, queryOffset: [1, 2] })).toThrow(
    "queryOffset must be one number or one per batch element, 3, got 2.",
  );
  expect(() => refused({ queryOffset: 2 ** 31 - 3 })).toThrow(
    "queryOffset[0] must be a whole number from 0 to 2147483643",
  );
  expect(() =>
    createBlockMask(
      trace(({ score }) => score),
      { queries: 4, keys: 4 },
    ),
  ).toThrow("gives a bool, got one that gives float");
});

describe("a budget", () => {
  const sizes = { queries: 64, keys: 64, queryBlock: 2, keyBlock: 2 };
  // three instructions, and causal opens 127 of its regions
  const regions = 3 * 2000;

  test("that suffices changes nothing", () => {
    expect(createBlockMask(causal(), { ...sizes, budget: regions })).toEqual(createBlockMask(causal(), sizes));
  });

  test("that is spent leaves the rest partial, and hides nothing that is visible", () => {
    for (const budget of [0, 2, 3, 60, 300]) {
      const { full, partial } = blockMaskStatistics(createBlockMask(causal(), { ...sizes, budget }));
      expect(full + partial).toBeGreaterThanOrEqual((32 * 33) / 2);
      expect(full).toBeLessThanOrEqual((32 * 31) / 2);
    }
    expect(drawBlocks(createBlockMask(causal(), { ...sides, queries: 8, keys: 8, budget: 0 }))).toBe(
      "▒▒▒▒\n▒▒▒▒\n▒▒▒▒\n▒▒▒▒",
    );
    // asked, three instructions each: all, the upper left quarter, its four blocks, the upper right quarter
    expect(drawBlocks(createBlockMask(causal(), { ...sides, queries: 8, keys: 8, budget: 21 }))).toBe(
      "▒···\n█▒··\n▒▒▒▒\n▒▒▒▒",
    );
  });

  test("counts the looks into tables of several axes too", () => {
    const seen = tensor(Array.from({ length: 64 }, (_, q) => Array.from({ length: 64 }, (_, k) => (q + k) % 3 === 0)));
    const mask = trace(({ query, key, table }) => table("seen", seen).at(query, key));
    const instructions = 3;
    const many = { ...sizes, queryBlock: 1, keyBlock: 1 };
    const decided = (budget: number): number =>
      4096 - blockMaskStatistics(createBlockMask(mask, { ...many, budget })).partial;
    // without the looks, so much would be enough for all of the at most 2 * 4096 regions
    expect(decided(instructions * 2 * 4096)).toBeLessThan(4096);
    expect(decided(Infinity)).toBe(4096);
  });

  test("is a number of at least 0", () => {
    for (const budget of [-1, NaN, "1" as unknown as number])
      expect(() => createBlockMask(causal(), { ...sizes, budget })).toThrow("budget must be a number of at least 0");
  });
});
