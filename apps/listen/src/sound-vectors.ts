import type { LinearOptions, PreparedWeight } from "@fovea/block-operations";
import { operationsOf, type Backend } from "@fovea/dot-product-attention";
import { frames, reshape, tensor, type Tensor } from "@fovea/tensor";
import type { Convolution, SoundWeights } from "./moonshine-weights.ts";

export interface SoundVectors {
  /** 16 kHz samples to one vector for each 24 ms, `[1, tokens, dim]`, where the backend computes.
   *  @param samples at least `fewestSamples` */
  vectorsOf(samples: Float32Array): Tensor;
  dispose(): void;
}

/** Samples that the three convolutions need to give one vector. */
export const fewestSamples = 895;

/** Moonshine listens to samples as they are: three convolutions over time in place of a spectrogram, each as a product of overlapping frames. */
export function createSoundVectors({ first, second, third }: SoundWeights, backend: Backend): SoundVectors {
  const operations = operationsOf(backend);
  const prepared: PreparedWeight[] = [first, second, third].map(({ weight }) => operations.prepareWeight(weight));
  const convolve = (
    x: Tensor,
    { weight, bias, length, step }: Convolution,
    activation: LinearOptions["activation"],
  ): Tensor => operations.linear(frames(x, { length, step }), weight, { bias, activation });
  return {
    vectorsOf(samples) {
      const sound = backend.place(tensor(samples, { shape: [samples.length, 1] }));
      const heard = convolve(sound, first, "tanh");
      // one group: mean and deviation over all times and channels; scale and bias are folded into the convolution that follows
      const [times, channels] = heard.shape as [number, number];
      const level = reshape(operations.layerNorm(reshape(heard, [1, times * channels])), [times, channels]);
      const vectors = convolve(convolve(level, second, "gelu"), third, "gelu");
      return reshape(vectors, [1, ...vectors.shape]);
    },
    dispose() {
      for (const weight of prepared) weight.dispose();
    },
  };
}
