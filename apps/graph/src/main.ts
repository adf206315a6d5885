import {
  checkSavable,
  interrupted,
  onInterruption,
  runApp,
  saveFile,
  say,
  type Interruption,
} from "@fovea/command-line";
import { backends } from "@fovea/command-line/backends";
import type { Backend } from "@fovea/dot-product-attention";
import pc from "picocolors";
import { accuracy, likeliest } from "./accuracy.ts";
import { parseArguments, type Arguments } from "./arguments.ts";
import { findDataFolder, missingGraph } from "./data-folder.ts";
import { drawNeighborhood } from "./draw-neighborhood.ts";
import type { Graph } from "./graph.ts";
import { classNames, loadCora } from "./load-cora.ts";
import { findNode, looksOf } from "./look-at.ts";
import { createNeighborhood, type Neighborhood } from "./neighbor-mask.ts";
import { networkForward, type NetworkPass, type NetworkWeights } from "./network.ts";
import { loadPretrained } from "./pretrained-weights.ts";
import { renumber, reverseCuthillMcKee } from "./renumber.ts";
import { resultsAsJson } from "./results-as-json.ts";
import { showBlocks } from "./show-blocks.ts";
import { showNode } from "./show-node.ts";
import { percent, resultsByClass, showClasses } from "./show-results.ts";
import { trainWithProgress } from "./train-with-progress.ts";

await runApp(() => main(parseArguments(process.argv.slice(2))));

async function main(options: Arguments): Promise<number | void> {
  const folder = findDataFolder(options.data);
  if (folder === null) return say(missingGraph());
  const cora = await loadCora(folder);
  // neighbours near each other: kernels find their keys close by, and larger blocks hold more of the links
  const graph = renumber(cora, reverseCuthillMcKee(cora.neighbors));
  if (options.blocks) return print(showBlocks(cora, graph));

  const looked = options.node ?? (options.attention === undefined ? null : 610);
  const node = looked === null ? null : findNode(graph, looked);
  // better known before minutes of training than after them
  if (options.attention !== undefined) await checkSavable(options.attention);
  const neighborhood = createNeighborhood(graph.neighbors);
  const backend = backends[options.backend]();
  const interruption = onInterruption();
  const weights = await getWeights(options, folder, graph, neighborhood, backend, interruption);
  interruption.release();

  const started = performance.now();
  const pass = networkForward(weights, graph.features, { neighborhood, backend, seed: null });
  const milliseconds = performance.now() - started;
  backend.dispose();

  if (options.json) print(resultsAsJson(graph, pass, neighborhood, node));
  else if (node === null) showAccuracy(graph, pass, neighborhood, milliseconds, options.backend);
  else print(showNode(graph, node, looksOf(pass, neighborhood, node), pass.logits, pc.isColorSupported));
  if (options.attention !== undefined && node !== null) {
    await saveFile(options.attention, drawNeighborhood(graph, node, pass, neighborhood));
    say(`Drew ${options.attention}`);
  }
  return interruption.signal.aborted ? interrupted : 0;
}

async function getWeights(
  { train, seed, epochs }: Arguments,
  folder: string,
  graph: Graph,
  neighborhood: Neighborhood,
  backend: Backend,
  interruption: Interruption,
): Promise<NetworkWeights> {
  const classes = classNames.length;
  if (!train) return loadPretrained(folder, graph.features.columnCount, classes);
  return trainWithProgress(graph, { classes, neighborhood, backend, seed, maximumEpochs: epochs }, interruption);
}

function showAccuracy(
  graph: Graph,
  { logits }: NetworkPass,
  { nodes, blockMask }: Neighborhood,
  milliseconds: number,
  backend: string,
): void {
  const predicted = likeliest(logits, classNames.length);
  const on = (nodes: Int32Array): string => percent(accuracy(predicted, graph.classes, nodes));
  const pairs = graph.neighbors.reduce((sum, { length }) => sum + length, 0);
  print(
    [
      `${pc.bold(`Test accuracy ${on(graph.test)}`)} of ${graph.test.length} papers; validation ${on(graph.validation)}, training ${on(graph.training)}.`,
      "",
      showClasses(resultsByClass(graph, predicted), pc.isColorSupported),
      "",
      `Visited ${whole(pairs)} of ${whole(nodes * nodes)} pairs (${((100 * pairs) / nodes ** 2).toFixed(2)} %), in ${whole(blockMask.runStarts.length)} runs; both layers in ${milliseconds.toFixed(0)} ms (${backend}).`,
    ].join("\n"),
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function whole(count: number): string {
  return count.toLocaleString("en-US");
}
