import type { Backend } from "@fovea/dot-product-attention";
import { embedPatches } from "@fovea/embedding";
import { rollout, type AttentionLayer } from "@fovea/inspection";
import { add, matmul, reshape, slice, softmax, toArray, type Tensor } from "@fovea/tensor";
import { createEncoder } from "@fovea/transformer";
import { createFrontEnd, type SoundPicture } from "./front-end.ts";
import type { KeywordWeights } from "./keyword-weights.ts";
import { UserError } from "@fovea/command-line";

/** What the model makes of a second of sound, and why. */
export interface Look {
  /** One for each label; they sum to 1. */
  readonly probabilities: readonly number[];
  /** How much of each frame reached the answer; they sum to 1. */
  readonly attention: readonly number[];
  /** The sound as an ear has it: logarithms of magnitudes, `[frames, mels]` */
  readonly mel: Tensor;
}

export interface Spotter {
  /** @param samples `heardSamples` of 16 kHz in [-1, 1]
   *  @returns a probability for each label
   *  @throws {UserError} when the weights are so large that nothing finite comes out */
  hear(samples: Float32Array): readonly number[];
  /** The same, with where in the sound the model looked: twice the work. */
  look(samples: Float32Array): Look;
  dispose(): void;
}

/** A vision transformer whose picture is sound: each frame is a patch, and a linear layer reads the class token. */
export function createSpotter(weights: KeywordWeights, backend: Backend): Spotter {
  const frontEnd = createFrontEnd(weights.frontEnd, backend);
  const attention = { heads: 1, scale: weights.attentionScale };
  const encoder = createEncoder(weights.encoder, { attention, order: "post", backend });
  const { head, patches } = weights;

  const run = (
    { coefficients }: SoundPicture,
    observe?: (layer: AttentionLayer, index: number) => void,
  ): readonly number[] => {
    const [frames, size] = coefficients.shape as [number, number];
    const picture = reshape(coefficients, [1, 1, frames, size]);
    const vectors = encoder.encodeVectors(embedPatches(patches, picture, { patchSize: [1, size] }), {
      ...(observe && { observe: (index, { attention }) => observe(attention, index) }),
    });
    const logits = add(matmul(slice(vectors, [null, 0]), head.weight), head.bias);
    if (toArray(logits).every(Number.isFinite)) return toArray(softmax(logits));
    throw new UserError("The weights give no finite answer: their file is damaged. Get it again.");
  };

  return {
    hear: (samples) => run(frontEnd.pictureOf(samples)),
    look(samples) {
      const picture = frontEnd.pictureOf(samples);
      const layers: AttentionLayer[] = [];
      let attention: number[] = [];
      const probabilities = run(picture, (layer, index) => {
        layers.push(layer);
        // here, because what a backend computed for the layers lives only as long as the encoder runs
        if (index === weights.encoder.layers.length - 1) attention = reachedOfFrames(layers);
      });
      return { probabilities, attention, mel: picture.mel };
    },
    dispose() {
      encoder.dispose();
      frontEnd.dispose();
    },
  };
}

/** Attention rollout from the frames to the class token, whose own share says nothing about the sound. */
function reachedOfFrames(layers: readonly AttentionLayer[]): number[] {
  const frames = toArray(rollout(layers, { queries: [0, 1] })).slice(1);
  const sum = frames.reduce((total, share) => total + share, 0);
  return frames.map((share) => share / sum);
}
