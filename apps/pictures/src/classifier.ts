import type { Backend } from "@fovea/dot-product-attention";
import { embedPatches } from "@fovea/embedding";
import { rollout, type AttentionLayer } from "@fovea/inspection";
import { add, matmul, mean, slice, softmax, tensor, toArray, type Tensor } from "@fovea/tensor";
import { createEncoder } from "@fovea/transformer";
import type { GrayPicture } from "./gray-picture.ts";
import { UserError } from "@fovea/command-line";
import { side, type VisionModel } from "./vision-models.ts";
import type { VisionWeights } from "./vision-weights.ts";

/** What a model makes of a picture. */
export interface Look {
  /** One for each class; they sum to 1. */
  readonly probabilities: readonly number[];
  /** How much of each patch reached the answer, row by row; they sum to 1. */
  readonly attention: readonly number[];
}

export interface Classifier {
  /** @param pictures of 28 × 28, light on dark
   *  @returns `[pictures, classes]`; their softmax are probabilities
   *  @throws {UserError} when the weights are so large that nothing finite comes out */
  logits(pictures: readonly GrayPicture[]): Tensor;
  /** The same for one picture, with where the model looked. */
  look(picture: GrayPicture): Look;
  dispose(): void;
}

/** Patches to vectors, vectors through the encoder, and a linear layer that reads the class token or the mean of all. */
export function createClassifier(weights: VisionWeights, model: VisionModel, backend: Backend): Classifier {
  const { patchSize, heads, order, readout } = model;
  const encoder = createEncoder(weights.encoder, { attention: { heads }, order, backend });

  const run = (pictures: readonly GrayPicture[], observe?: (layer: AttentionLayer, index: number) => void): Tensor => {
    const image = tensor(
      pictures.flatMap(({ light }) => Array.from(light, (value) => (value - model.mean) / model.deviation)),
      { shape: [pictures.length, 1, side, side] },
    );
    const vectors = encoder.encodeVectors(embedPatches(weights.patches, image, { patchSize }), {
      ...(observe && { observe: (index, { attention }) => observe(attention, index) }),
    });
    const answer = readout === "mean" ? mean(vectors, 1) : slice(vectors, [null, 0]);
    const { weight, bias } = weights.head;
    const logits = add(matmul(answer, weight), bias);
    if (toArray(logits).every(Number.isFinite)) return logits;
    throw new UserError("The weights give no finite answer: their file is damaged. Get it again.");
  };

  return {
    logits: (pictures) => run(pictures),
    look(picture) {
      const layers: AttentionLayer[] = [];
      let attention: number[] = [];
      const logits = run([picture], (layer, index) => {
        layers.push(layer);
        // here, because what a backend computed for the layers lives only as long as the encoder runs
        if (index === model.layers - 1) attention = reached(layers, readout);
      });
      return { probabilities: toArray(softmax(logits)), attention };
    },
    dispose: () => encoder.dispose(),
  };
}

/** Attention rollout from the patches to what the class is read from. */
function reached(layers: readonly AttentionLayer[], readout: VisionModel["readout"]): number[] {
  if (readout === "mean") return toArray(mean(rollout(layers), 0));
  // the class token's own share says nothing about the picture
  const patches = toArray(rollout(layers, { queries: [0, 1] })).slice(1);
  const sum = patches.reduce((total, share) => total + share, 0);
  return patches.map((share) => share / sum);
}
