import { randomGenerator, toFloat64 } from "@fovea/tensor";
import { expect, test } from "vitest";
import { backends } from "@fovea/command-line/backends";
import { crossEntropy, crossEntropyGradient } from "./cross-entropy.ts";
import type { LayerWeights } from "./layer.ts";
import { createNeighborhood } from "./neighbor-mask.ts";
import { networkBackward, networkForward, type NetworkWeights } from "./network.ts";
import type { SparseRows } from "./sparse-rows.ts";

const [nodes, words, heads, hidden, classes] = [5, 4, 2, 3, 2];
const neighbors = [
  [0, 1],
  [0, 1, 2, 3],
  [1, 2],
  [1, 3, 4],
  [3, 4],
].map((list) => Int32Array.from(list));
const features: SparseRows = {
  columnCount: words,
  starts: Int32Array.of(0, 2, 3, 5, 6, 8),
  columns: Int32Array.of(0, 2, 1, 0, 3, 2, 1, 3),
  values: Float32Array.of(0.5, 0.5, 1, 0.7, 0.3, 1, 0.4, 0.6),
};

function randomWeights(): NetworkWeights {
  const random = randomGenerator(3);
  const normal = (...shape: number[]): Float32Array => Float32Array.from(toFloat64(random.normal(shape)));
  const layer = (heads: number, from: number, to: number): LayerWeights => ({
    kernel: normal(heads, from, to),
    source: normal(heads, to),
    sourceBias: normal(heads),
    target: normal(heads, to),
    targetBias: normal(heads),
    bias: normal(heads, to),
  });
  return { hidden: layer(heads, words, hidden), output: layer(1, heads * hidden, classes) };
}

const dense = Array.from({ length: nodes }, (_, node) => {
  const row = Array<number>(words).fill(0);
  for (let i = features.starts[node]; i < features.starts[node + 1]; i++) row[features.columns[i]] = features.values[i];
  return row;
});

/** Veličković et al. 2018, eq. 1 to 5, one node and one neighbour at a time. */
function plainLayer(weights: LayerWeights, inputs: readonly (readonly number[])[]): number[][][] {
  const heads = weights.sourceBias.length;
  const features = weights.bias.length / heads;
  const width = inputs[0].length;
  return Array.from({ length: heads }, (_, head) => {
    const projected = inputs.map((row) =>
      Array.from({ length: features }, (__, i) =>
        row.reduce((sum, x, column) => sum + x * weights.kernel[(head * width + column) * features + i], 0),
      ),
    );
    const dot = (row: readonly number[], vector: Float32Array, bias: number): number =>
      row.reduce((sum, x, i) => sum + x * vector[head * features + i], bias);
    return inputs.map((_row, node) => {
      const exponentials = Array.from(neighbors[node], (other) => {
        const score =
          dot(projected[node], weights.source, weights.sourceBias[head]) +
          dot(projected[other], weights.target, weights.targetBias[head]);
        return Math.exp(score > 0 ? score : 0.2 * score);
      });
      const sum = exponentials.reduce((total, x) => total + x, 0);
      return Array.from({ length: features }, (__, i) =>
        Array.from(neighbors[node]).reduce(
          (total, other, j) => total + (exponentials[j] / sum) * projected[other][i],
          weights.bias[head * features + i],
        ),
      );
    });
  });
}

test.each(Object.keys(backends))("%s: two layers are what plain loops give", (name) => {
  const weights = randomWeights();
  const backend = backends[name]();
  const settings = { neighborhood: createNeighborhood(neighbors), backend, seed: null };
  const { logits } = networkForward(weights, features, settings);
  const first = plainLayer(weights.hidden, dense);
  const beside = dense.map((_, node) => first.flatMap((head) => head[node].map((x) => (x > 0 ? x : Math.exp(x) - 1))));
  const expected = plainLayer(weights.output, beside)[0].flat();
  expect(logits).toHaveLength(nodes * classes);
  expected.forEach((value, i) => expect(logits[i]).toBeCloseTo(value, 4));
  backend.dispose();
});

test.each([null, 2])("gradients of every weight are central differences, dropout's seed %s", (seed) => {
  const weights = randomWeights();
  const settings = { neighborhood: createNeighborhood(neighbors), backend: backends["reference"](), seed };
  const [truth, told] = [Int32Array.of(0, 1, 1, 0, 1), Int32Array.of(0, 1, 4)];
  const loss = (): number => crossEntropy(networkForward(weights, features, settings).logits, truth, told);
  const pass = networkForward(weights, features, settings);
  const gradients = networkBackward(weights, pass, settings, crossEntropyGradient(pass.logits, truth, told));
  let largest = 0;
  for (const layer of ["hidden", "output"] as const) {
    for (const part of Object.keys(weights[layer]) as (keyof LayerWeights)[]) {
      const values = weights[layer][part];
      for (let i = 0; i < values.length; i++) {
        const [value, step] = [values[i], 2 ** -9]; // numbers are float32
        values[i] = value + step;
        const above = loss();
        values[i] = value - step;
        const below = loss();
        values[i] = value;
        const found = gradients[layer][part][i];
        expect(found, `${layer}.${part} ${i}`).toBeCloseTo((above - below) / (2 * step), 3);
        largest = Math.max(largest, Math.abs(found));
      }
    }
  }
  expect(largest).toBeGreaterThan(0.05);
});

test("cross-entropy counts the nodes that were told", () => {
  const logits = Float32Array.of(0, Math.log(3), 5, 5, 0, 0);
  expect(crossEntropy(logits, Int32Array.of(1, 0, 0), Int32Array.of(0, 1))).toBeCloseTo(
    (Math.log(4 / 3) + Math.log(2)) / 2,
    6,
  );
});
