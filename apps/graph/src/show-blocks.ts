import { blockMaskStatistics, createBlockMask, drawBlocks, type BlockMask } from "@fovea/masking";
import type { Graph } from "./graph.ts";
import { createNeighborhood, neighborMask } from "./neighbor-mask.ts";

/** Nodes on a side of a block in the pictures: 43 blocks fit a line twice. */
const shownBlock = 64;

/** The blocks of pairs that hold a link, as the data numbers nodes and as they were renumbered, side by side. */
export function showBlocks(before: Graph, after: Graph): string {
  const [left, right] = [before, after].map((graph) => blocksOf(graph, shownBlock));
  const [leftLines, rightLines] = [left, right].map((blocks) => drawBlocks(blocks).split("\n"));
  const heads = [`as numbered: ${count(left)}`, `renumbered: ${count(right)}`];
  const lines = leftLines.map((line, i) => `${line}  ${rightLines[i]}`);
  return [`${heads[0].padEnd(leftLines[0].length)}  ${heads[1]}`, ...lines].join("\n");
}

/** What the mask program says of blocks of this size. */
function blocksOf({ neighbors }: Graph, size: number): BlockMask {
  const { nodes, bits } = createNeighborhood(neighbors);
  const sides = { queries: nodes, keys: nodes, queryBlock: size, keyBlock: size };
  return createBlockMask(neighborMask, { ...sides, tables: { neighbors: bits }, exact: true });
}

function count(blocks: BlockMask): string {
  const { empty, blocks: all } = blockMaskStatistics(blocks);
  return `${all - empty} of ${all} blocks`;
}
