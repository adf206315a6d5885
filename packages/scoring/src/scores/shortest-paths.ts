import { tensor } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import { ScoreError } from "../score-error.ts";

export interface ShortestPathsOptions {
  /** Distances beyond this, and unreachable nodes, all read `maximumDistance + 1`; default 20. */
  readonly maximumDistance?: number;
  /** Edges noted along each path, from its start; default 5. */
  readonly steps?: number;
}

/** Shortest paths between all nodes of one graph, ready for {@link graphormerBias}.
 *  @param edges `[nodes][nodes]`: the kind of the edge from row to column (0, 1, …), or -1 for none
 *  @returns `distances [nodes, nodes]` and `pathEdges [nodes, nodes, steps]` (-1 past the end), both int32 */
export function shortestPaths(
  edges: readonly (readonly number[])[],
  options: ShortestPathsOptions = {},
): { distances: Tensor; pathEdges: Tensor } {
  const { maximumDistance = 20, steps = 5 } = options;
  checkCount("shortestPaths", "maximumDistance", maximumDistance, 1, "Graphormer uses 20.");
  checkCount("shortestPaths", "steps", steps, 1, "Graphormer uses 5.", 64);
  const nodes = edges.length;
  const bad = edges.findIndex((row) => row.length !== nodes || !row.every(Number.isInteger));
  if (nodes === 0 || bad >= 0) {
    throw new ScoreError(
      `shortestPaths: edges must be a square of whole numbers, got ${nodes} rows, row ${bad} does not fit. Use -1 for no edge.`,
    );
  }
  const distances = new Int32Array(nodes * nodes).fill(maximumDistance + 1);
  const pathEdges = new Int32Array(nodes * nodes * steps).fill(-1);
  for (let start = 0; start < nodes; start++) {
    distances[start * nodes + start] = 0;
    // breadth first: nodes join `reached` in order of distance, so a path's beginning is known before its end
    const reached = [start];
    const depth = new Map([[start, 0]]);
    for (const from of reached) {
      const distance = (depth.get(from) ?? 0) + 1;
      for (let to = 0; to < nodes; to++) {
        if (edges[from][to] < 0 || depth.has(to)) continue;
        depth.set(to, distance);
        reached.push(to);
        distances[start * nodes + to] = Math.min(distance, maximumDistance + 1);
        const path = (start * nodes + to) * steps;
        const before = (start * nodes + from) * steps;
        pathEdges.copyWithin(path, before, before + steps);
        if (distance <= steps) pathEdges[path + distance - 1] = edges[from][to];
      }
    }
  }
  return {
    distances: tensor(distances, { shape: [nodes, nodes] }),
    pathEdges: tensor(pathEdges, { shape: [nodes, nodes, steps] }),
  };
}
