import {
  blockDiffusion,
  both,
  causal,
  causalDocuments,
  dilatedWindow,
  documents,
  documentsFromLengths,
  either,
  flamingo,
  globalLocal,
  mortonNeighborhood2d,
  neighborhood2d,
  nestedDocuments,
  not,
  padding,
  prefix,
  sharedPrefix,
  slidingTile2d,
  slidingTile3d,
  slidingWindow,
  spatialHead,
  temporalHead,
  tiledNeighborhood2d,
  tree,
  videoHeads,
  withinDocuments,
} from "@fovea/masking";
import type { Program } from "@fovea/program";
import { focus, glance, recall, scan, skim, tensorMask, withSinkKeys } from "@fovea/scoring";
import type { Mode } from "@fovea/scoring";

/** Positions that every table below reaches. */
const maskLength = 144;

const ids = Array.from({ length: maskLength }, (_, position) => Math.floor(position / 7) % 5);
const otherIds = ids.map((id, position) => (position % 11 === 3 ? -1 : (id + 1) % 5));
const parents = Array.from({ length: maskLength }, (_, node) => node - 1 - (node % 3 === 2 ? 1 : 0));
const visible = Array.from({ length: maskLength }, (_, row) =>
  Array.from({ length: maskLength }, (_, column) => (row * row + 3 * column) % 5 !== 0),
);

const partOf = ({ mask }: Mode): Program => {
  if (mask !== null) return mask;
  throw new TypeError("this mode has no mask");
};

/** Every mask of @fovea/masking and @fovea/scoring, small enough for a few dozen positions, for 2 batch elements and 4 heads at most. */
export const masks: Readonly<Record<string, Program>> = {
  causal: causal(),
  "sliding window": slidingWindow({ lookback: 3 }),
  "two-sided window": slidingWindow({ lookback: 2, lookahead: 4 }),
  "dilated window": dilatedWindow({ lookback: 9, lookahead: 3, dilation: 3 }),
  "global and local": globalLocal({ lookback: 2, global: [0, 5] }),
  prefix: prefix(6),
  "prefix per batch element": prefix([3, 8]),
  documents: documents(ids),
  "documents per batch element": documents([ids, otherIds]),
  "documents of queries and keys": documents(ids, { keyIds: otherIds }),
  "documents from lengths": documentsFromLengths([4, 9, 1, maskLength - 14]),
  "causal documents": causalDocuments(ids),
  "a window within documents": withinDocuments(ids, slidingWindow({ lookback: 2 })),
  "nested documents": nestedDocuments(ids, [-1, 0, 0, 2, 2]),
  "shared prefix": sharedPrefix({ lengths: [5, 4, 3, maskLength - 12], prefixes: [0, 0, 0, 3] }),
  "block diffusion": blockDiffusion({ length: 12, block: 3 }),
  tree: tree(parents),
  "tree after a past": tree(parents, { past: [2, 4] }),
  flamingo: flamingo({ positions: [2, 7, 13], tokensPerMedia: 4 }),
  "flamingo seeing all": flamingo({ positions: [2, 7, 13], tokensPerMedia: 4, sees: "all" }),
  neighborhood: neighborhood2d({ canvas: [4, 6], kernel: [3, 3] }),
  "tiled neighborhood": tiledNeighborhood2d({ canvas: [4, 6], kernel: [3, 3], tile: [2, 3] }),
  "Morton neighborhood": mortonNeighborhood2d({ canvas: [5, 6], kernel: [3, 3] }),
  "sliding tile in 2D": slidingTile2d({ canvas: [4, 6], kernel: [2, 4], tile: [2, 2], text: 2 }),
  "sliding tile in 3D": slidingTile3d({ canvas: [2, 4, 3], kernel: [2, 2, 1], tile: [1, 2, 1] }),
  "spatial head": spatialHead({ frames: 4, tokensPerFrame: 5, prompt: 2 }),
  "temporal head": temporalHead({ frames: 4, tokensPerFrame: 5, prompt: 2, width: 2 }),
  "video heads": videoHeads({ frames: 4, tokensPerFrame: 5, heads: ["temporal", "spatial", "spatial", "temporal"] }),
  padding: padding([5, 17]),
  "padding on the left": padding([3, 9], { side: "left" }),
  "padding of queries too": padding([5, 17], { queryLengths: [4, 11] }),
  "both, either, not": either(both(causal(), not(documents(ids))), slidingWindow({ lookback: 0 })),
  "a matrix": tensorMask(visible),
  "a window with sink keys": withSinkKeys(slidingWindow({ lookback: 1 }), { count: 2 }),
  focus: partOf(focus({ lookback: 2, lookahead: 1 })),
  scan: partOf(scan({ heads: 4, lookback: 5 })),
  skim: partOf(skim({ stride: 3 })),
  recall: partOf(recall({ first: 2, gap: 6 })),
  glance: partOf(glance({ causal: true })),
};
