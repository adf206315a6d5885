import type { Graph } from "./graph.ts";
import type { SparseRows } from "./sparse-rows.ts";

/** An order of nodes in which neighbours stand near each other: breadth first from a node with few links, the next node's neighbours by how few
 *  links they have, and the whole backwards.
 *  @param neighbors of each node; may hold the node itself
 *  @returns the nodes, in order
 *  @see Cuthill and McKee 1969; George 1971 */
export function reverseCuthillMcKee(neighbors: readonly Int32Array[]): Int32Array {
  const byLinks = (a: number, b: number): number => neighbors[a].length - neighbors[b].length || a - b;
  const isPlaced = new Uint8Array(neighbors.length);
  const order: number[] = [];
  const place = (nodes: Iterable<number>): void => {
    for (const node of nodes) {
      if (isPlaced[node]) continue;
      isPlaced[node] = 1;
      order.push(node);
    }
  };
  for (const start of Array.from(neighbors.keys()).sort(byLinks)) {
    let next = order.length;
    place([start]);
    for (; next < order.length; next++) place(Array.from(neighbors[order[next]]).sort(byLinks));
  }
  return Int32Array.from(order).reverse();
}

/** The same graph with its nodes in another order. */
export function renumber(graph: Graph, order: Int32Array): Graph {
  const places = new Int32Array(order.length);
  order.forEach((node, place) => (places[node] = place));
  const moved = (nodes: Int32Array): Int32Array => nodes.map((node) => places[node]).sort();
  return {
    features: takeRows(graph.features, order),
    neighbors: Array.from(order, (node) => moved(graph.neighbors[node])),
    classes: order.map((node) => graph.classes[node]),
    training: moved(graph.training),
    validation: moved(graph.validation),
    test: moved(graph.test),
    names: order.map((node) => graph.names[node]),
  };
}

/** Some of the rows, in the order asked for. */
export function takeRows({ columnCount, starts, columns, values }: SparseRows, rows: Int32Array): SparseRows {
  const ends = [0];
  for (const row of rows) ends.push(ends[ends.length - 1] + starts[row + 1] - starts[row]);
  const taken = {
    columnCount,
    starts: Int32Array.from(ends),
    columns: new Int32Array(ends[rows.length]),
    values: new Float32Array(ends[rows.length]),
  };
  rows.forEach((row, place) => {
    taken.columns.set(columns.subarray(starts[row], starts[row + 1]), ends[place]);
    taken.values.set(values.subarray(starts[row], starts[row + 1]), ends[place]);
  });
  return taken;
}
