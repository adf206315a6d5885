import { mask } from "@fovea/formula";
import { blockMaskFromRuns, type BlockMask } from "@fovea/masking";
import type { Program } from "@fovea/program";
import { tensor, type Tensor } from "@fovea/tensor";

/** Who sees whom, as a program over a table of bits: word `key >> 5` of a query's row has bit `key & 31` set when the two are neighbours. */
export const neighborMask: Program = mask`((neighbors[query, key >> 5] >> (key & 31)) & 1) == 1`;

/** A graph's neighbours as attention wants them. */
export interface Neighborhood {
  readonly nodes: number;
  /** What `neighborMask` reads, `[nodes, ceil(nodes / 32)]`, int. */
  readonly bits: Tensor;
  readonly blockMask: BlockMask;
}

/** @param neighbors of each node, in ascending order, itself among them */
export function createNeighborhood(neighbors: readonly Int32Array[]): Neighborhood {
  const bits = neighborBits(neighbors);
  return { nodes: neighbors.length, bits, blockMask: neighborBlocks(neighbors, bits) };
}

function neighborBits(neighbors: readonly Int32Array[]): Tensor {
  const words = Math.ceil(neighbors.length / 32);
  const bits = new Int32Array(neighbors.length * words);
  neighbors.forEach((keys, query) => {
    for (const key of keys) bits[query * words + (key >> 5)] |= 1 << (key & 31);
  });
  return tensor(bits, { shape: [neighbors.length, words] });
}

/** The block mask of a graph is its list of neighbours: blocks of one pair, all of them full, so that nothing is opened and nobody asked.
 *  `createBlockMask(neighborMask, { exact: true, queryBlock: 1, keyBlock: 1, … })` finds the same, by way of every word of bits. */
function neighborBlocks(neighbors: readonly Int32Array[], bits: Tensor): BlockMask {
  const nodes = neighbors.length;
  const rowStarts = [0];
  const [runStarts, runEnds]: [number[], number[]] = [[], []];
  for (const keys of neighbors) {
    keys.forEach((key, i) => {
      if (i > 0 && keys[i - 1] === key - 1) runEnds[runEnds.length - 1] = key + 1;
      else {
        runStarts.push(key);
        runEnds.push(key + 1);
      }
    });
    rowStarts.push(runStarts.length);
  }
  const sides = { queries: nodes, keys: nodes, queryBlock: 1, keyBlock: 1 };
  return blockMaskFromRuns(
    neighborMask,
    { ...sides, tables: { neighbors: bits } },
    {
      rowStarts: Int32Array.from(rowStarts),
      runStarts: Int32Array.from(runStarts),
      runEnds: Int32Array.from(runEnds),
      runFull: new Uint8Array(runStarts.length).fill(1),
    },
  );
}
