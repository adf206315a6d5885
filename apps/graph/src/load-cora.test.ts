import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBlockMask, blockMaskStatistics } from "@fovea/masking";
import { expect, test } from "vitest";
import { accuracy, likeliest } from "./accuracy.ts";
import { backends } from "@fovea/command-line/backends";
import { findDataFolder, missingGraph } from "./data-folder.ts";
import { loadCora } from "./load-cora.ts";
import { findNode } from "./look-at.ts";
import { createNeighborhood, neighborMask } from "./neighbor-mask.ts";
import { networkForward } from "./network.ts";
import { loadPretrained } from "./pretrained-weights.ts";
import { renumber, reverseCuthillMcKee } from "./renumber.ts";
import { showBlocks } from "./show-blocks.ts";

const folder = findDataFolder();
if (folder === null) console.warn(`skipped: ${missingGraph()}`);

test.skipIf(folder === null)("Cora is what Planetoid made of it", async () => {
  const { features, neighbors, classes, training, validation, test: judged } = await loadCora(folder!);
  expect([features.starts.length - 1, features.columnCount, features.values.length]).toEqual([2708, 1433, 49216]);
  expect([training.length, validation.length, judged.length]).toEqual([140, 500, 1000]);
  // 5278 citations, seen from both sides, and each paper itself
  expect(neighbors.reduce((sum, { length }) => sum + length, 0)).toBe(2 * 5278 + 2708);
  const counts = [0, 1, 2, 3, 4, 5, 6].map((index) => classes.filter((found) => found === index).length);
  expect(counts).toEqual([351, 217, 418, 818, 426, 298, 180]); // McCallum et al. 2000
  for (let row = 0; row < 2708; row++) {
    const sum = features.values.subarray(features.starts[row], features.starts[row + 1]).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(1, 5);
  }
});

test.skipIf(folder === null)(
  "the mask program, asked about every pair, sees the citations and nothing else",
  async () => {
    const { neighbors } = await loadCora(folder!);
    const { bits, blockMask } = createNeighborhood(neighbors);
    const options = { queries: 2708, keys: 2708, queryBlock: 1, keyBlock: 1, exact: true, tables: { neighbors: bits } };
    expect(createBlockMask(neighborMask, options)).toEqual(blockMask);
    expect(blockMaskStatistics(blockMask)).toMatchObject({ blocks: 7333264, full: 13264, partial: 0 });
  },
);

test.skipIf(folder === null)("blocks before and after renumbering are drawn side by side", async () => {
  const cora = await loadCora(folder!);
  const lines = showBlocks(cora, renumber(cora, reverseCuthillMcKee(cora.neighbors))).split("\n");
  expect(lines[0]).toMatch(/^as numbered: 1755 of 1849 blocks +renumbered: 611 of 1849 blocks$/); // 1755 as counted with scipy
  expect(lines).toHaveLength(44);
  expect(lines[10]).toMatch(/^[▒█·]{43} {2}[▒█·]{43}$/);
});

test.skipIf(folder === null)("a paper is found by its number, and one that is not there is refused", async () => {
  const cora = await loadCora(folder!);
  const moved = renumber(cora, reverseCuthillMcKee(cora.neighbors));
  expect(moved.names[findNode(moved, 610)]).toBe(610);
  expect(() => findNode(moved, 2708)).toThrow("There is no paper 2708: expected a number from 0 to 2707.");
});

test("a file that is none of Cora's ends in one sentence", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fovea-graph-"));
  await writeFile(join(folder, "ind.cora.graph"), "no pickle");
  await expect(loadCora(folder)).rejects.toThrow("ind.cora.graph is damaged at byte 1: opcode 0x6e");
  await rm(folder, { recursive: true });
});

test.skipIf(folder === null).each(Object.keys(backends))(
  "%s: 844 of 1000 test papers are sorted rightly, as by the paper's own code",
  async (name) => {
    const graph = await loadCora(folder!);
    const backend = backends[name]();
    const weights = await loadPretrained(folder!, 1433, 7);
    const settings = { neighborhood: createNeighborhood(graph.neighbors), backend, seed: null };
    const predicted = likeliest(networkForward(weights, graph.features, settings).logits, 7);
    expect(accuracy(predicted, graph.classes, graph.test)).toBe(0.844);
    backend.dispose();
  },
);
