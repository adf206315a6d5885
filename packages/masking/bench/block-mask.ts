/** Block masks of a million queries by a million keys: `node bench/block-mask.ts`.
 *  Prints how long each takes, the bytes it holds and how far the peak memory of the process grew, beside the pairs that were never asked about. */
import {
  blockMaskStatistics,
  both,
  causal,
  createBlockMask,
  documentsFromLengths,
  slidingWindow,
  transposeBlockMask,
} from "@fovea/masking";
import type { BlockMask } from "@fovea/masking";

const length = 2 ** 20;
const documentCount = 65_536;

/** Lengths of 1 … 31 that add up to `total`, by a fixed linear congruential generator. */
function documentLengths(total: number, count: number): number[] {
  const lengths = Array<number>(count).fill(1);
  let state = 1;
  for (let left = total - count; left > 0;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const document = Math.floor((state / 2 ** 32) * count);
    if (lengths[document] === 31) continue;
    lengths[document]++;
    left--;
  }
  return lengths;
}

/** With commas at the thousands. */
function number(value: number): string {
  return value.toLocaleString("en-US");
}

/** Milliseconds of the fastest of five runs. */
function fastest(make: () => BlockMask): number {
  return Math.min(
    ...Array.from({ length: 5 }, () => {
      const start = performance.now();
      make();
      return performance.now() - start;
    }),
  );
}

const masks = {
  causal: causal(),
  "sliding window of 4,096": slidingWindow({ lookback: 4095 }),
  "65,536 documents, causal": both(causal(), documentsFromLengths(documentLengths(length, documentCount))),
};

for (const [name, program] of Object.entries(masks)) {
  const make = (): BlockMask => createBlockMask(program, { queries: length, keys: length });
  const before = process.resourceUsage().maxRSS;
  const mask = make();
  const grown = process.resourceUsage().maxRSS - before;
  const { full, partial, empty, bytes, runs } = blockMaskStatistics(mask);

  console.log(`${name}, ${number(length)} × ${number(length)} in blocks of 128`);
  console.log(
    `  made in ${fastest(make).toFixed(1)} ms, transposed in ${fastest(() => transposeBlockMask(mask)).toFixed(1)} ms`,
  );
  console.log(
    `  ${number(full)} full, ${number(partial)} partial, ${number(empty)} empty blocks in ${number(runs)} runs`,
  );
  console.log(
    `  holds ${number(bytes)} bytes; making it raised the peak memory of the process by ${number(grown)} KiB`,
  );
  console.log(
    `  a mask of a byte per pair: ${number(length * length)} bytes, ${number(Math.round((length * length) / bytes))} times as much`,
  );
}
