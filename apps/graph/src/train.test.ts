import { randomGenerator } from "@fovea/tensor";
import { expect, test } from "vitest";
import { accuracy, likeliest } from "./accuracy.ts";
import { adam } from "./adam.ts";
import { backends } from "@fovea/command-line/backends";
import type { Graph } from "./graph.ts";
import { createNeighborhood } from "./neighbor-mask.ts";
import { networkForward } from "./network.ts";
import { denseRows } from "./sparse-rows.ts";
import { train } from "./train.ts";

/** Two rings of 20 nodes; what nodes hold is noise, but who is linked with whom tells the rings apart once two of each are known. */
function twoRings(): Graph {
  const random = randomGenerator(2);
  const nodes = Array.from({ length: 40 }, (_, node) => node);
  const values = Float32Array.from(
    nodes.flatMap((node) => [0.5 + (node < 20 ? 0.25 : 0) - 0.5 * random.next(), 0.5 - 0.5 * random.next()]),
  );
  return {
    features: denseRows(values, 2),
    neighbors: nodes.map(nearOnRing),
    classes: Int32Array.from(nodes, (node) => (node < 20 ? 0 : 1)),
    training: Int32Array.of(0, 7, 13, 20, 27, 33),
    validation: Int32Array.of(3, 10, 23, 30),
    test: Int32Array.from(nodes.filter((node) => node % 3 === 2)),
    names: Int32Array.from(nodes),
  };
}

function nearOnRing(node: number): Int32Array {
  return Int32Array.from([-2, -1, 0, 1, 2], (step) => Math.floor(node / 20) * 20 + ((node + step + 20) % 20)).sort();
}

const graph = twoRings();
const settings = {
  classes: 2,
  neighborhood: createNeighborhood(graph.neighbors),
  backend: backends["reference"](),
  maximumEpochs: 80,
};

test("two rings are learned from six nodes, and a seed repeats itself", async () => {
  const losses: number[] = [];
  const learned = await train(graph, {
    ...settings,
    seed: 1,
    progress: ({ validationLoss }) => losses.push(validationLoss),
  });
  const { logits } = networkForward(learned.weights, graph.features, { ...settings, seed: null });
  expect(accuracy(likeliest(logits, 2), graph.classes, graph.test)).toBeGreaterThan(0.9);
  expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]);

  const short = { ...settings, maximumEpochs: 3 };
  const again = await Promise.all([1, 1, 2].map((seed) => train(graph, { ...short, seed })));
  expect(again[0].weights).toEqual(again[1].weights);
  expect(again[0].weights).not.toEqual(again[2].weights);
});

test("training that is told to stop keeps what it has", async () => {
  const stopped = await train(graph, { ...settings, seed: 1, isStopped: () => true });
  expect(stopped.epochs).toBe(1);
  expect(stopped.best.epoch).toBe(1);
});

test("Adam's first steps go as far as the learning rate, whatever the gradient", () => {
  const values = Float32Array.of(1, 1, 1);
  const optimizer = adam([values], 0.01);
  optimizer.step([Float32Array.of(5, -0.001, 0)]);
  expect(Array.from(values, (value) => Number(value.toFixed(5)))).toEqual([0.99, 1.01, 1]);
});
