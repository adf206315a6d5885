import { readValues, type Tensor } from "@fovea/tensor";
import { readDataFile } from "./data-folder.ts";
import { UserError } from "@fovea/command-line";
import type { LayerWeights } from "./layer.ts";
import type { NetworkWeights } from "./network.ts";
import { readCheckpoint } from "./read-checkpoint.ts";

/** Heads and features of the paper's hidden layer. */
export const hiddenHeads = 8;
export const hiddenFeatures = 8;

/** The variables of PetarV-/GAT's checkpoint as weights. Each head made three convolutions of width 1 in turn (kernel, source, target) and a bias;
 *  TensorFlow numbered them `conv1d`, `conv1d_1`, … through both layers.
 *  @throws {UserError} when a variable is missing or misshapen */
export function pretrainedWeights(
  variables: ReadonlyMap<string, Tensor>,
  inputs: number,
  classes: number,
): NetworkWeights {
  const find = (name: string, ...shape: readonly number[]): ArrayLike<number> => {
    const found = variables.get(name);
    if (!found)
      throw new UserError(
        `The checkpoint lacks the variable ${name}: it is none of a graph attention network on Cora.`,
      );
    if (found.shape.length === shape.length && shape.every((size, axis) => found.shape[axis] === size)) {
      return readValues(found);
    }
    throw new UserError(
      `The checkpoint's ${name} must have shape [${shape.join(", ")}], got [${found.shape.join(", ")}].`,
    );
  };
  const layer = (first: number, heads: number, inputs: number, features: number): LayerWeights => {
    const join = (part: (head: number) => ArrayLike<number>): Float32Array =>
      Float32Array.from(Array.from({ length: heads }, (_, i) => Array.from(part(first + i))).flat());
    return {
      kernel: join((head) => find(`${convolution(head, 0)}/kernel`, 1, inputs, features)),
      source: join((head) => find(`${convolution(head, 1)}/kernel`, 1, features, 1)),
      sourceBias: join((head) => find(`${convolution(head, 1)}/bias`, 1)),
      target: join((head) => find(`${convolution(head, 2)}/kernel`, 1, features, 1)),
      targetBias: join((head) => find(`${convolution(head, 2)}/bias`, 1)),
      bias: join((head) => find(`${numbered("BiasAdd", head)}/biases`, features)),
    };
  };
  return {
    hidden: layer(0, hiddenHeads, inputs, hiddenFeatures),
    output: layer(hiddenHeads, 1, hiddenHeads * hiddenFeatures, classes),
  };
}

/** @throws {UserError} when the checkpoint is missing, damaged or another network's */
export async function loadPretrained(folder: string, inputs: number, classes: number): Promise<NetworkWeights> {
  const index = await readDataFile(folder, `${checkpoint}.index`);
  const data = await readDataFile(folder, `${checkpoint}.data-00000-of-00001`);
  return pretrainedWeights(readCheckpoint(checkpoint, index, data), inputs, classes);
}

const checkpoint = "mod_cora.ckpt";

const convolution = (head: number, part: number): string => numbered("conv1d", 3 * head + part);
const numbered = (name: string, number: number): string => (number === 0 ? name : `${name}_${number}`);
