import { weightRows } from "@fovea/dot-product-attention";
import type { Graph } from "./graph.ts";
import { attentionOptions, emptyVectors, type Heads } from "./graph-attention.ts";
import { UserError } from "@fovea/command-line";
import type { Neighborhood } from "./neighbor-mask.ts";
import type { NetworkPass } from "./network.ts";

/** How much a node looked at one of its neighbours. */
export interface Look {
  /** The neighbour; the node itself is among them. */
  readonly at: number;
  /** The weight that each hidden head gave it, and their mean. */
  readonly hidden: readonly number[];
  readonly mean: number;
  /** The weight in the layer that gives classes. */
  readonly output: number;
}

/** Where in the graph the paper stands that the data calls `name`.
 *  @throws {UserError} when there is none */
export function findNode(graph: Graph, name: number): number {
  const node = graph.names.indexOf(name);
  if (node >= 0) return node;
  throw new UserError(`There is no paper ${name}: expected a number from 0 to ${graph.names.length - 1}.`);
}

/** What each head of both layers made of a node's neighbours, in ascending order. */
export function looksOf(pass: NetworkPass, neighborhood: Neighborhood, node: number): readonly Look[] {
  const hidden = weightsOf(pass.hidden.heads, neighborhood, node);
  const [output] = weightsOf(pass.output.heads, neighborhood, node);
  return Array.from(output, ([at, weight]) => {
    const ofHeads = hidden.map((head) => head.get(at)!);
    return { at, hidden: ofHeads, mean: ofHeads.reduce((sum, x) => sum + x, 0) / ofHeads.length, output: weight };
  });
}

/** Each head's weights by key. */
function weightsOf(heads: Heads, neighborhood: Neighborhood, node: number): readonly ReadonlyMap<number, number>[] {
  const empty = emptyVectors(heads.source);
  const rows = weightRows(empty, empty, attentionOptions(heads, neighborhood, null));
  return Array.from({ length: rows.heads }, (_, head) => {
    const count = rows.read(0, head, node);
    return new Map(Array.from({ length: count }, (_, i) => [rows.row.keys[i], rows.row.weights[i]]));
  });
}
