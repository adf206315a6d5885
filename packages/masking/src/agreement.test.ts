import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { blockDiffusion } from "./masks/block-diffusion.ts";
import type { BlockMaskOptions } from "./block-mask/block-mask-options.ts";
import { both } from "./combine/both.ts";
import { causal } from "./masks/causal.ts";
import { causalDocuments } from "./masks/causal-documents.ts";
import { createBlockMask } from "./block-mask/create-block-mask.ts";
import { dilatedWindow } from "./masks/dilated-window.ts";
import { documents } from "./masks/documents.ts";
import { documentsFromLengths } from "./masks/documents-from-lengths.ts";
import { draw } from "./draw/draw.ts";
import { drawBlocks } from "./draw/draw-blocks.ts";
import { either } from "./combine/either.ts";
import { flamingo } from "./masks/flamingo.ts";
import { globalLocal } from "./masks/global-local.ts";
import { mortonNeighborhood2d } from "./masks/morton-neighborhood2d.ts";
import { neighborhood2d } from "./masks/neighborhood2d.ts";
import { nestedDocuments } from "./masks/nested-documents.ts";
import { not } from "./combine/not.ts";
import { padding } from "./masks/padding.ts";
import { prefix } from "./masks/prefix.ts";
import { sharedPrefix } from "./masks/shared-prefix.ts";
import { slidingTile2d } from "./masks/sliding-tile2d.ts";
import { slidingTile3d } from "./masks/sliding-tile3d.ts";
import { slidingWindow } from "./masks/sliding-window.ts";
import { tiledNeighborhood2d } from "./masks/tiled-neighborhood2d.ts";
import { tree } from "./masks/tree.ts";
import { videoHeads } from "./masks/video-heads.ts";
import { withinDocuments } from "./masks/within-documents.ts";

const distance = fc.nat(12);
const ids = fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 30 });
const lengths = fc.array(fc.nat(9), { minLength: 1, maxLength: 6 });
/** Lengths that reach past every query and key: bounds take a block that holds the end of all documents for anything. */
const longLengths = lengths.map((each) => [...each, 60]);

/** Masks whose blocks interval bounds must classify exactly. */
const simple: fc.Arbitrary<Program> = fc.oneof(
  fc.constant(causal()),
  fc.record({ lookback: distance, lookahead: distance }).map(slidingWindow),
  fc.record({ lookback: distance, lookahead: distance, dilation: fc.integer({ min: 1, max: 4 }) }).map(dilatedWindow),
  fc.oneof(fc.nat(20), fc.array(fc.nat(20), { minLength: 2, maxLength: 2 })).map(prefix),
  fc.tuple(fc.nat(25), fc.nat(25)).map((pair) => padding(pair)),
  longLengths.map((each) => documentsFromLengths(each)),
  longLengths.map((each) => both(causal(), documentsFromLengths(each))),
);

const parents = fc
  .array(fc.nat(), { minLength: 1, maxLength: 20 })
  .map((picks) => picks.map((pick, node) => (pick % (node + 1)) - 1));

const catalogue: fc.Arbitrary<Program> = fc.oneof(
  simple,
  fc
    .record({ lookback: distance, global: fc.oneof(fc.nat(5), fc.array(fc.nat(25), { maxLength: 4 })) })
    .map(globalLocal),
  ids.map((each) => documents(each)),
  fc.tuple(ids, ids).map((each) => documents(each)),
  ids.map((each) => causalDocuments(each)),
  fc.tuple(ids, fc.nat(4)).map(([each, first]) => withinDocuments(each, prefix(first))),
  ids.map((each) => nestedDocuments(each, [-1, 0, 0, 2])),
  fc.tuple(parents, fc.nat(4)).map(([each, past]) => tree(each, { past })),
  lengths.map((each) =>
    sharedPrefix({ lengths: each, prefixes: each.map((_, document) => (document < 2 ? document : document % 2)) }),
  ),
  fc.record({ length: fc.integer({ min: 1, max: 12 }), block: fc.integer({ min: 1, max: 5 }) }).map(blockDiffusion),
  fc
    .array(fc.nat(20), { maxLength: 5 })
    .map((at) => flamingo({ positions: at.toSorted((a, b) => a - b), tokensPerMedia: 3 })),
  fc.constantFrom(
    neighborhood2d({ canvas: [4, 6], kernel: [3, 2] }),
    tiledNeighborhood2d({ canvas: [4, 6], kernel: [3, 3], tile: [2, 3] }),
    mortonNeighborhood2d({ canvas: [5, 5], kernel: [3, 3] }),
    slidingTile2d({ canvas: [4, 6], kernel: [2, 4], tile: [2, 2], text: 2 }),
    slidingTile3d({ canvas: [2, 4, 3], kernel: [2, 2, 1], tile: [1, 2, 1] }),
    videoHeads({ frames: 4, tokensPerFrame: 5, prompt: 2, heads: ["temporal", "spatial"] }),
    trace(({ query, key, head }) => query.multiply(key).add(head).bitXor(key).remainder(3).equal(1)),
    trace(({ random }) => random(7).less(0.02)),
  ),
);

const masks: fc.Arbitrary<Program> = fc.oneof(
  catalogue,
  fc.tuple(catalogue, catalogue).map(([a, b]) => both(a, b)),
  fc.tuple(catalogue, catalogue).map(([a, b]) => either(a, not(b))),
);

const sizes: fc.Arbitrary<BlockMaskOptions> = fc.record({
  batch: fc.constant(2),
  heads: fc.constant(2),
  queries: fc.integer({ min: 1, max: 30 }),
  keys: fc.integer({ min: 1, max: 30 }),
  queryBlock: fc.integer({ min: 1, max: 8 }),
  keyBlock: fc.integer({ min: 1, max: 8 }),
  queryOffset: fc.oneof(fc.nat(10), fc.tuple(fc.nat(10), fc.nat(10))),
});

/** The blocks that `draw` sees, asked pair by pair: full, partial or empty. */
function blocksOf(picture: string, { queryBlock = 128, keyBlock = 128 }: BlockMaskOptions): string {
  const lines = picture.split("\n").map((line) => Array.from(line));
  const rows: string[] = [];
  for (let top = 0; top < lines.length; top += queryBlock) {
    let row = "";
    for (let left = 0; left < lines[0].length; left += keyBlock) {
      const pairs = new Set(lines.slice(top, top + queryBlock).flatMap((line) => line.slice(left, left + keyBlock)));
      row += pairs.size === 2 ? "▒" : pairs.has("█") ? "█" : "·";
    }
    rows.push(row);
  }
  return rows.join("\n");
}

/** For each layer: the block mask's picture and the one made pair by pair. */
function compare(mask: Program, options: BlockMaskOptions): { blocks: string; truth: string }[] {
  const made = createBlockMask(mask, options);
  return [0, 1].flatMap((batch) =>
    [0, 1].map((head) => {
      const { queries, keys, queryOffset = 0 } = options;
      const offset = typeof queryOffset === "number" ? queryOffset : queryOffset[batch];
      const picture = draw(mask, queries, keys, { batch, head, queryOffset: offset });
      return { blocks: drawBlocks(made, { batch, head }), truth: blocksOf(picture, options) };
    }),
  );
}

test("the simple masks are classified exactly", () => {
  fc.assert(
    fc.property(simple, sizes, (mask, options) => {
      for (const { blocks, truth } of compare(mask, options)) expect(blocks).toBe(truth);
    }),
    { numRuns: 150 },
  );
});

test("full means all visible and empty means none, for every mask", () => {
  fc.assert(
    fc.property(masks, sizes, (mask, options) => {
      for (const { blocks, truth } of compare(mask, options)) {
        // partial is always allowed: put it where the truth is, and nothing else may differ
        expect([...blocks].map((kind, i) => (kind === "▒" ? "▒" : truth[i])).join("")).toBe(blocks);
      }
    }),
    { numRuns: 150 },
  );
});

test("exact masks are exact, for every mask", () => {
  fc.assert(
    fc.property(masks, sizes, (mask, options) => {
      for (const { blocks, truth } of compare(mask, { ...options, exact: true })) expect(blocks).toBe(truth);
    }),
    { numRuns: 150 },
  );
});
