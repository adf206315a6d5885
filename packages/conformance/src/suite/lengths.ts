import type { AttentionOptions } from "@fovea/dot-product-attention";
import { both, causal, createBlockMask, slidingWindow } from "@fovea/masking";
import { describe, test } from "vitest";
import { masks } from "../catalogue/masks.ts";
import { randomOperands } from "./random-operands.ts";
import type { Suite } from "./suite.ts";

const cases: Readonly<Record<string, AttentionOptions>> = {
  "lengths of keys": { keyLengths: [5, 19] },
  "no keys in one batch element": { keyLengths: [0, 7] },
  "lengths of queries": { queryLengths: [13, 4] },
  "no queries in one batch element": { queryLengths: [0, 13] },
  "lengths of both, causal": { queryLengths: [6, 11], keyLengths: [9, 3], mask: causal() },
  "an offset": { queryOffset: 6, mask: causal() },
  "an offset per batch element": { queryOffset: [2, 30], mask: slidingWindow({ lookback: 4, lookahead: 1 }) },
  "queries before every key": { queryOffset: -5, mask: causal() },
  "an offset and lengths": { queryOffset: [3, 0], keyLengths: [11, 19], mask: causal() },
  "a program that reads the sizes": {
    keyLengths: [5, 19],
    score: ({ score, queries, keys, key, query }) => score.add(key.subtract(query).divide(queries.add(keys))),
  },
  "a program that reads batch and head": {
    score: ({ score, batch, head }) => score.multiply(batch.add(1)).subtract(head.multiply(score)),
    mask: ({ batch, head, query, key }) => batch.add(head).add(query).add(key).remainder(3).notEqual(0),
  },
};

const blocks: readonly (readonly [queryBlock: number, keyBlock: number])[] = [
  [1, 1],
  [5, 3],
  [7, 64],
  [128, 2],
];

/** Lengths, offsets, a past, and block masks: what changes from call to call. */
export function describeLengths(suite: Suite): void {
  const { expectForward, expectBackward } = suite;
  describe("lengths, offsets, past and blocks", () => {
    test.each(Object.entries(cases))("%s", (_, options) => {
      expectForward(randomOperands(11), options);
      expectBackward(randomOperands(11), options);
    });

    test.each([0, 1, 7])("a past of %d keys", (pastKeys) => {
      const { key, value } = randomOperands(12, { keys: pastKeys });
      const options = { past: { key, value }, mask: causal(), keyLengths: [pastKeys + 19, pastKeys + 2] };
      expectForward(randomOperands(13), options);
      expectBackward(randomOperands(13), options);
    });

    test.each(blocks)("block masks in blocks of %d × %d", (queryBlock, keyBlock) => {
      const operands = randomOperands(14, { queries: 21, keys: 37 });
      const sizes = { batch: 2, heads: 4, queries: 21, keys: 37, queryBlock, keyBlock };
      for (const name of ["causal", "documents per batch element", "video heads", "global and local"]) {
        const mask = masks[name];
        expectForward(operands, { mask, blockMask: createBlockMask(mask, sizes) });
        expectBackward(operands, { mask, blockMask: createBlockMask(mask, sizes) });
      }
    });

    test("a block mask at an offset per batch element, with lengths", () => {
      const operands = randomOperands(15, { queries: 21, keys: 37 });
      const mask = both(causal(), slidingWindow({ lookback: 9 }));
      const queryOffset = [16, 3];
      const sizes = { batch: 2, heads: 1, queries: 21, keys: 37, queryOffset, queryBlock: 4, keyBlock: 6 };
      const options = { mask, queryOffset, keyLengths: [37, 14], blockMask: createBlockMask(mask, sizes) };
      expectForward(operands, options);
      expectBackward(operands, options);
    });

    test("a plane of many blocks, most of them empty", () => {
      const operands = randomOperands(16, { batch: 1, heads: 1, keyHeads: 1, queries: 300, keys: 420, headDim: 4 });
      const options = { mask: slidingWindow({ lookback: 20 }), queryOffset: 100 };
      expectForward(operands, options);
      expectBackward(operands, options);
    });
  });
}
