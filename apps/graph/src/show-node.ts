import pc from "picocolors";
import { probabilities } from "./cross-entropy.ts";
import type { Graph } from "./graph.ts";
import { classNames } from "./load-cora.ts";
import type { Look } from "./look-at.ts";

/** Neighbours that a table shows at most: the paper with the most citations has 168. */
const mostRows = 30;

/** What a paper was read as, and below a line per neighbour: how much each head looked at it, in percent. */
export function showNode(
  graph: Graph,
  node: number,
  looks: readonly Look[],
  logits: Float32Array,
  color: boolean,
): string {
  const { bold, dim, green, red } = pc.createColors(color);
  const { read, probability } = reading(logits, node);
  const truth = classNames[graph.classes[node]];
  const verdict = read === truth ? green("rightly") : red(`but it is of ${truth}`);
  const title = `Paper ${graph.names[node]} (${roleOf(graph, node)}) was read as ${bold(read)}, ${verdict}; sure by ${(100 * probability).toFixed(0)} %.`;

  const width = Math.max(...classNames.map((name) => name.length));
  const heads = looks[0].hidden.map((_, head) => String(head + 1).padStart(6)).join("");
  const head = `${"paper".padStart(6)}  ${"field".padEnd(width)}${heads}   mean  output`;
  const sorted = looks.toSorted((a, b) => b.output - a.output);
  const lines = sorted.slice(0, mostRows).map(({ at, hidden, mean, output }) => {
    const cells = [
      String(graph.names[at]).padStart(6),
      classNames[graph.classes[at]].padEnd(width),
      hidden.map((weight) => inPercent(weight).padStart(6)).join(""),
      inPercent(mean).padStart(5),
      inPercent(output).padStart(6),
    ];
    return cells.join("  ") + (at === node ? dim("  itself") : "");
  });
  const more = sorted.length - lines.length;
  return [title, "", dim(head), ...lines, ...(more > 0 ? [dim(`… and ${more} more`)] : [])].join("\n");
}

/** What a node was read as, and how surely. */
export function reading(logits: Float32Array, node: number): { readonly read: string; readonly probability: number } {
  const chances = probabilities(logits, classNames.length, node);
  const probability = Math.max(...chances);
  return { read: classNames[chances.indexOf(probability)], probability };
}

function roleOf({ training, validation, test }: Graph, node: number): string {
  if (training.includes(node)) return "learned from";
  if (validation.includes(node)) return "for validation";
  return test.includes(node) ? "for the test" : "of a field not told";
}

function inPercent(weight: number): string {
  return (100 * weight).toFixed(1);
}
