// A sliding window over a million tokens: the block mask knows which blocks are empty without asking about any pair.
import { blockMaskStatistics, createBlockMask, drawBlocks, slidingWindow } from "@fovea/masking";

const mask = slidingWindow({ lookback: 8 });
const blocks = createBlockMask(mask, { queries: 32, keys: 32, queryBlock: 4, keyBlock: 4 });
console.log(drawBlocks(blocks)); // █ full, ▒ asked pair by pair, · never opened
// → ▒·······
//   █▒······
//   ▒█▒·····
//   ·▒█▒····
//   ··▒█▒···
//   ···▒█▒··
//   ····▒█▒·
//   ·····▒█▒

const million = 2 ** 20;
const large = createBlockMask(slidingWindow({ lookback: 4096 }), {
  queries: million,
  keys: million,
  queryBlock: 128,
  keyBlock: 128,
});
const { empty, full, partial } = blockMaskStatistics(large);
console.log(((100 * empty) / (empty + full + partial)).toFixed(1), "% of the blocks are never opened"); // → 99.6 % of the blocks are never opened
