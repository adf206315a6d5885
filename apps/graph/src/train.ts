import { setImmediate } from "node:timers/promises";
import type { Backend } from "@fovea/dot-product-attention";
import { randomGenerator, toFloat64 } from "@fovea/tensor";
import { accuracy, likeliest } from "./accuracy.ts";
import { adam } from "./adam.ts";
import { crossEntropy, crossEntropyGradient } from "./cross-entropy.ts";
import type { Graph } from "./graph.ts";
import type { LayerWeights } from "./layer.ts";
import type { Neighborhood } from "./neighbor-mask.ts";
import { networkBackward, networkForward, type NetworkWeights } from "./network.ts";
import { hiddenFeatures, hiddenHeads } from "./pretrained-weights.ts";

/** The settings of the paper's code. */
const learningRate = 0.005;
const weightDecay = 0.0005;
/** Epochs without a better loss or accuracy on the validation nodes before it stops. */
const patience = 100;
/** Keeps the random numbers of one seed apart from those of the next. */
export const mostEpochs = 1000;

/** How far training is. */
interface Epoch {
  readonly epoch: number;
  /** Mean cross-entropy over the training nodes, with dropout. */
  readonly loss: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}

export interface TrainSettings {
  readonly classes: number;
  readonly neighborhood: Neighborhood;
  readonly backend: Backend;
  /** The same seed gives the same weights. */
  readonly seed: number;
  readonly maximumEpochs: number;
  /** Asked after each epoch. */
  readonly isStopped?: () => boolean;
  readonly progress?: (epoch: Epoch) => void;
}

export interface Trained {
  readonly weights: NetworkWeights;
  /** The epoch the weights are of, and how many there were. */
  readonly best: Epoch;
  readonly epochs: number;
}

/** Learns from the classes of the training nodes alone, and keeps the weights that did best on the validation nodes. */
export async function train(graph: Graph, settings: TrainSettings): Promise<Trained> {
  const { classes, neighborhood, backend, seed, maximumEpochs, isStopped = () => false, progress } = settings;
  const { features, training, validation } = graph;
  const weights = initialWeights(features.columnCount, classes, seed);
  const parameters = arraysOf(weights);
  const optimizer = adam(parameters, learningRate);

  let [lowestLoss, highestAccuracy, waited] = [Infinity, 0, 0];
  let best: { readonly weights: NetworkWeights; readonly at: Epoch } | null = null;
  let epoch = 0;
  while (epoch < maximumEpochs && waited < patience && !(best && isStopped())) {
    epoch++;
    const dropped = { neighborhood, backend, seed: seed * mostEpochs + epoch };
    const pass = networkForward(weights, features, dropped);
    const loss = crossEntropy(pass.logits, graph.classes, training);
    const upstream = crossEntropyGradient(pass.logits, graph.classes, training);
    const gradients = arraysOf(networkBackward(weights, pass, dropped, upstream));
    parameters.forEach((values, i) => values.forEach((value, j) => (gradients[i][j] += weightDecay * value)));
    optimizer.step(gradients);

    const { logits } = networkForward(weights, features, { neighborhood, backend, seed: null });
    const validationLoss = crossEntropy(logits, graph.classes, validation);
    const validationAccuracy = accuracy(likeliest(logits, classes), graph.classes, validation);
    const at = { epoch, loss, validationLoss, validationAccuracy };
    const [isMoreAccurate, isSurer] = [validationAccuracy >= highestAccuracy, validationLoss <= lowestLoss];
    if (isMoreAccurate && isSurer) best = { weights: structuredClone(weights), at };
    waited = isMoreAccurate || isSurer ? 0 : waited + 1;
    highestAccuracy = Math.max(highestAccuracy, validationAccuracy);
    lowestLoss = Math.min(lowestLoss, validationLoss);
    progress?.(at);
    await setImmediate(); // lets Ctrl-C be heard
  }
  return { weights: best!.weights, best: best!.at, epochs: epoch };
}

/** Kernels drawn evenly from ±sqrt(6 / (inputs + outputs)), biases 0. @see Glorot and Bengio 2010 */
function initialWeights(inputs: number, classes: number, seed: number): NetworkWeights {
  const random = randomGenerator(seed);
  const glorot = (heads: number, from: number, to: number): Float32Array => {
    const high = Math.sqrt(6 / (from + to));
    return Float32Array.from(toFloat64(random.uniform([heads * from * to], { low: -high, high })));
  };
  const layer = (heads: number, from: number, to: number): LayerWeights => ({
    kernel: glorot(heads, from, to),
    source: glorot(heads, to, 1),
    sourceBias: new Float32Array(heads),
    target: glorot(heads, to, 1),
    targetBias: new Float32Array(heads),
    bias: new Float32Array(heads * to),
  });
  return {
    hidden: layer(hiddenHeads, inputs, hiddenFeatures),
    output: layer(1, hiddenHeads * hiddenFeatures, classes),
  };
}

const parts = ["kernel", "source", "sourceBias", "target", "targetBias", "bias"] as const;

function arraysOf({ hidden, output }: NetworkWeights): Float32Array[] {
  return [hidden, output].flatMap((layer) => parts.map((part) => layer[part]));
}
