import { layerBackward, layerForward, type LayerPass, type LayerSettings, type LayerWeights } from "./layer.ts";
import { denseRows, type SparseRows } from "./sparse-rows.ts";

/** Two layers: heads side by side through ELU, then one head that gives a score per class. */
export interface NetworkWeights {
  readonly hidden: LayerWeights;
  readonly output: LayerWeights;
}

export interface NetworkPass {
  readonly hidden: LayerPass;
  readonly output: LayerPass;
  /** `[nodes, classes]` */
  readonly logits: Float32Array;
}

/** @param features a row per node */
export function networkForward(weights: NetworkWeights, features: SparseRows, settings: LayerSettings): NetworkPass {
  const hidden = layerForward(weights.hidden, features, settings);
  const beside = sideBySide(hidden.output.map(elu), settings.neighborhood.nodes, weights.hidden);
  const inputs = denseRows(beside, weights.hidden.bias.length);
  const output = layerForward(weights.output, inputs, ownRandom(settings));
  return { hidden, output, logits: output.output };
}

/** Gradients of a loss through `networkForward`, for the same weights and settings.
 *  @param logitsGradient `[nodes, classes]` */
export function networkBackward(
  weights: NetworkWeights,
  pass: NetworkPass,
  settings: LayerSettings,
  logitsGradient: Float32Array,
): NetworkWeights {
  const output = layerBackward(weights.output, pass.output, ownRandom(settings), logitsGradient);
  const apart = headsApart(output.inputs, settings.neighborhood.nodes, weights.hidden);
  const gradient = pass.hidden.output.map((x, i) => (x > 0 ? apart[i] : apart[i] * Math.exp(x)));
  return {
    hidden: layerBackward(weights.hidden, pass.hidden, settings, gradient).weights,
    output: output.weights,
  };
}

/** The same settings with random numbers of its own. */
function ownRandom(settings: LayerSettings): LayerSettings {
  return settings.seed === null ? settings : { ...settings, seed: ~settings.seed };
}

/** @see Clevert et al. 2016 */
function elu(x: number): number {
  return x > 0 ? x : Math.expm1(x);
}

/** `[heads, nodes, features]` → `[nodes, heads · features]` */
function sideBySide(values: Float32Array, nodes: number, weights: LayerWeights): Float32Array {
  return reorder(values, weights.sourceBias.length, nodes, weights.bias.length / weights.sourceBias.length);
}

/** `[nodes, heads · features]` → `[heads, nodes, features]` */
function headsApart(values: Float32Array, nodes: number, weights: LayerWeights): Float32Array {
  return reorder(values, nodes, weights.sourceBias.length, weights.bias.length / weights.sourceBias.length);
}

/** `[first, second, features]` → `[second, first, features]` */
function reorder(values: Float32Array, first: number, second: number, features: number): Float32Array {
  const moved = new Float32Array(values.length);
  for (let i = 0; i < first; i++)
    for (let j = 0; j < second; j++) {
      const from = (i * second + j) * features;
      moved.set(values.subarray(from, from + features), (j * first + i) * features);
    }
  return moved;
}
