import type { Backend } from "@fovea/dot-product-attention";
import { readValues, tensor } from "@fovea/tensor";
import { dropFactors } from "./drop-factors.ts";
import { attend, attendGradients, type Heads } from "./graph-attention.ts";
import type { Neighborhood } from "./neighbor-mask.ts";
import { project, projectGradients, type SparseRows } from "./sparse-rows.ts";

/** What a layer of graph attention learns. */
export interface LayerWeights {
  /** `[heads, inputs, features]` */
  readonly kernel: Float32Array;
  /** `[heads, features]` and `[heads]`: how a node's features become the two halves of a score. */
  readonly source: Float32Array;
  readonly sourceBias: Float32Array;
  readonly target: Float32Array;
  readonly targetBias: Float32Array;
  /** `[heads, features]`, added to what was gathered. */
  readonly bias: Float32Array;
}

/** Where and how a layer runs. */
export interface LayerSettings {
  readonly neighborhood: Neighborhood;
  readonly backend: Backend;
  /** Seed of dropout on inputs, values and weights; null: none. */
  readonly seed: number | null;
}

/** A layer's result, and what its gradients need. */
export interface LayerPass {
  /** `[heads, nodes, features]`, before any activation. */
  readonly output: Float32Array;
  readonly heads: Heads;
  readonly inputs: SparseRows;
  /** `[heads, nodes, features]`, before dropout. */
  readonly projected: Float32Array;
  readonly inputFactors: Float32Array | null;
  readonly valueFactors: Float32Array | null;
}

/** Projects each node's inputs, scores pairs by what they have become, and gathers them from the neighbours. */
export function layerForward(weights: LayerWeights, inputs: SparseRows, settings: LayerSettings): LayerPass {
  const { neighborhood, backend, seed } = settings;
  const { heads, features } = sizesOf(weights);
  const rows = [heads, neighborhood.nodes];

  const inputFactors = seed === null ? null : dropFactors(seed, "inputs", heads * inputs.values.length);
  const projected = project(inputs, weights.kernel, features, inputFactors);
  const valueFactors = seed === null ? null : dropFactors(seed, "values", projected.length);
  const looks: Heads = {
    source: tensor(dots(projected, weights.source, weights.sourceBias), { shape: rows }),
    target: tensor(dots(projected, weights.target, weights.targetBias), { shape: rows }),
    values: tensor(multiplied(projected, valueFactors), { shape: [...rows, features] }),
  };
  const output = Float32Array.from(readValues(attend(looks, neighborhood, backend, seed)));
  eachRow(weights, output, (row, head) => {
    for (let i = 0; i < features; i++) output[row + i] += weights.bias[head + i];
  });
  return { output, heads: looks, inputs, projected, inputFactors, valueFactors };
}

/** Gradients of a loss through `layerForward`, for the same weights and settings.
 *  @param outputGradient `[heads, nodes, features]`
 *  @returns of the weights, and of the inputs' values */
export function layerBackward(
  weights: LayerWeights,
  pass: LayerPass,
  settings: LayerSettings,
  outputGradient: Float32Array,
): { readonly weights: LayerWeights; readonly inputs: Float32Array } {
  const { neighborhood, backend, seed } = settings;
  const { heads, features } = sizesOf(weights);

  const upstream = tensor(outputGradient, { shape: [heads, neighborhood.nodes, features] });
  const through = attendGradients(pass.heads, neighborhood, backend, seed, upstream);
  const [sources, targets] = [readValues(through.source), readValues(through.target)];
  const projected = multiplied(readValues(through.values), pass.valueFactors);
  const gradients = {
    source: new Float32Array(heads * features),
    sourceBias: new Float32Array(heads),
    target: new Float32Array(heads * features),
    targetBias: new Float32Array(heads),
    bias: new Float32Array(heads * features),
  };
  eachRow(weights, outputGradient, (row, head) => {
    const [source, target] = [sources[row / features], targets[row / features]];
    gradients.sourceBias[head / features] += source;
    gradients.targetBias[head / features] += target;
    for (let i = 0; i < features; i++) {
      gradients.source[head + i] += source * pass.projected[row + i];
      gradients.target[head + i] += target * pass.projected[row + i];
      gradients.bias[head + i] += outputGradient[row + i];
      projected[row + i] += source * weights.source[head + i] + target * weights.target[head + i];
    }
  });
  const { kernel, values } = projectGradients(pass.inputs, weights.kernel, features, pass.inputFactors, projected);
  return { weights: { ...gradients, kernel }, inputs: values };
}

function sizesOf({ bias, sourceBias }: LayerWeights): { readonly heads: number; readonly features: number } {
  return { heads: sourceBias.length, features: bias.length / sourceBias.length };
}

/** Goes through the rows of `[heads, nodes, features]`: where each begins, and where its head begins in `[heads, features]`. */
function eachRow(weights: LayerWeights, values: Float32Array, visit: (row: number, head: number) => void): void {
  const { heads, features } = sizesOf(weights);
  const share = values.length / heads;
  for (let head = 0; head < heads; head++) {
    for (let row = head * share; row < (head + 1) * share; row += features) visit(row, head * features);
  }
}

/** Each node's features times a vector per head, plus a number per head: `[heads, nodes]`. */
function dots(projected: Float32Array, vectors: Float32Array, biases: Float32Array): Float32Array {
  const features = vectors.length / biases.length;
  const sums = new Float32Array(projected.length / features);
  const nodes = sums.length / biases.length;
  for (let row = 0; row < sums.length; row++) {
    const head = Math.floor(row / nodes);
    let sum = biases[head];
    for (let i = 0; i < features; i++) sum += projected[row * features + i] * vectors[head * features + i];
    sums[row] = sum;
  }
  return sums;
}

function multiplied(values: ArrayLike<number>, factors: Float32Array | null): Float32Array {
  const products = Float32Array.from(values);
  if (factors) for (let i = 0; i < products.length; i++) products[i] *= factors[i];
  return products;
}
