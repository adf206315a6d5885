import { trace } from "@fovea/program";
import type { Program, Scope, Value } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { Tensor, TensorLike } from "@fovea/tensor";
import { ScoreError } from "../score-error.ts";
import { scoreTable, tableTensor } from "./score-table.ts";

export interface GraphormerBiasOptions {
  /** Whole steps from each node to each other: `[nodes, nodes]` or, a graph per batch element, `[batch, nodes, nodes]`. */
  readonly distances: TensorLike;
  /** Learned bias `[distances, heads]`; a distance without a row reads 0. */
  readonly distanceBias: TensorLike;
  /** Kinds of the edges along a shortest path, first edge first, -1 after the last: `[nodes, nodes, steps]` or
   *  `[batch, nodes, nodes, steps]`. */
  readonly pathEdges?: TensorLike;
  /** Learned bias `[steps, edgeKinds, heads]`. Given together with `pathEdges`. */
  readonly edgeBias?: TensorLike;
}

/** Graphormer's bias between the nodes of a graph:
 *  `score + distanceBias[distances[query, key], head] + mean over the path of edgeBias[step, kind, head]`. Distances
 *  and path edges of small graphs come from {@link shortestPaths}. Steps are unrolled: keep paths short (Graphormer
 *  stops at 5).
 *  @see Ying et al. 2021, "Do Transformers Really Perform Badly for Graph Representation?", eq. 6 and 7, edge kinds
 *  in place of edge features */
export function graphormerBias(options: GraphormerBiasOptions): Program {
  checkOptions(
    "graphormerBias",
    options,
    { distances: true, distanceBias: true, pathEdges: true, edgeBias: true },
    { required: true, Refuse: ScoreError },
  );
  if ((options.pathEdges === undefined) !== (options.edgeBias === undefined)) {
    throw new ScoreError(
      "graphormerBias: pathEdges and edgeBias belong together, got one of them. Pass both, or neither for distances alone.",
    );
  }
  const distances = graphTable("distances", options.distances, []);
  const distanceBias = scoreTable("graphormerBias", "distanceBias", options.distanceBias, ["distances", "heads"]);
  const edges = options.pathEdges && options.edgeBias ? edgeTerm(options.pathEdges, options.edgeBias) : null;
  return trace((scope) => {
    const { score, head, table } = scope;
    const distance = table("distances", distances).at(...pair(scope, distances, 2));
    const biased = score.add(table("distanceBias", distanceBias).at(distance, head));
    return edges ? biased.add(edges(scope)) : biased;
  });
}

function edgeTerm(pathEdgeValues: TensorLike, edgeBiasValues: TensorLike): (scope: Scope) => Value {
  const pathEdges = graphTable("pathEdges", pathEdgeValues, ["steps"]);
  const steps = pathEdges.shape[pathEdges.shape.length - 1];
  const edgeBias = scoreTable("graphormerBias", "edgeBias", edgeBiasValues, [steps, "edgeKinds", "heads"]);
  return (scope) => {
    const kinds = scope.table("pathEdges", pathEdges);
    const bias = scope.table("edgeBias", edgeBias);
    let sum = scope.constant(0, "float");
    let count = scope.constant(0, "int");
    for (let step = 0; step < steps; step++) {
      const kind = kinds.at(...pair(scope, pathEdges, 3), step);
      sum = sum.add(bias.at(step, kind, scope.head)); // kind -1 is outside the table and reads 0
      count = count.add(kind.greaterEqual(0).toInt());
    }
    return sum.divide(count.maximum(1));
  };
}

/** `[nodes, nodes, ...rest]`, with or without a batch axis in front. */
function graphTable(name: string, values: TensorLike, rest: readonly string[]): Tensor {
  const given = tableTensor("graphormerBias", name, values, "int");
  const batched = given.shape.length === 3 + rest.length;
  const axes = batched ? ["batch", "nodes", "nodes", ...rest] : ["nodes", "nodes", ...rest];
  const table = scoreTable("graphormerBias", name, given, axes, "int");
  const [rows, columns] = table.shape.slice(batched ? 1 : 0);
  if (rows !== columns) {
    throw new ScoreError(
      `graphormerBias: ${name} must go from every node to every node, got ${rows} rows and ${columns} columns. Make it square.`,
    );
  }
  return table;
}

function pair(scope: Scope, table: Tensor, rank: number): Value[] {
  const nodes = [scope.query, scope.key];
  return table.shape.length > rank ? [scope.batch, ...nodes] : nodes;
}
