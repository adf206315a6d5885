import { jsonText } from "@fovea/command-line";
import { accuracy, likeliest } from "./accuracy.ts";
import type { Graph } from "./graph.ts";
import { classNames } from "./load-cora.ts";
import { looksOf } from "./look-at.ts";
import type { Neighborhood } from "./neighbor-mask.ts";
import type { NetworkPass } from "./network.ts";
import { reading } from "./show-node.ts";
import { resultsByClass } from "./show-results.ts";

/** Everything the app shows, as JSON.
 *  @param node the paper looked at, or null */
export function resultsAsJson(
  graph: Graph,
  pass: NetworkPass,
  neighborhood: Neighborhood,
  node: number | null,
): string {
  const { classes, names } = graph;
  const predicted = likeliest(pass.logits, classNames.length);
  const share = (nodes: Int32Array): number => accuracy(predicted, classes, nodes);
  const results = {
    accuracy: { test: share(graph.test), validation: share(graph.validation), training: share(graph.training) },
    fields: resultsByClass(graph, predicted),
    ...(node !== null && {
      paper: {
        number: names[node],
        field: classNames[classes[node]],
        ...reading(pass.logits, node),
        looks: looksOf(pass, neighborhood, node).map(({ at, hidden, output }) => ({
          paper: names[at],
          field: classNames[classes[at]],
          hidden,
          output,
        })),
      },
    }),
  };
  return jsonText(results, 2);
}
