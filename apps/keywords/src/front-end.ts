import type { PreparedWeight } from "@fovea/block-operations";
import { operationsOf, type Backend } from "@fovea/dot-product-attention";
import { embed } from "@fovea/embedding";
import { trace } from "@fovea/program";
import { clone, multiply, reshape, scalar, tensor, type Tensor } from "@fovea/tensor";

/** What turns a second of sound into a picture of it, all of it constants in the model's file. */
export interface FrontEndWeights {
  /** Frames overlap, and are made of blocks that do not. */
  readonly blockSamples: number;
  /** The blocks of each frame, int32 `[frames, blocks of a frame]` */
  readonly frames: Tensor;
  /** Fades a frame in and out, `[frame samples]` */
  readonly window: Tensor;
  /** The discrete Fourier transform, real and imaginary, of the frequencies that mel bands hear, `[frame samples, frequencies]` */
  readonly cosine: Tensor;
  readonly sine: Tensor;
  /** Magnitudes to bands as wide as an ear's, `[frequencies, mels]` */
  readonly mel: Tensor;
  /** Least magnitude of a band, so that silence has a logarithm. */
  readonly floor: number;
  /** The discrete cosine transform, `[mels, coefficients]` */
  readonly dct: Tensor;
  /** Coefficients become (coefficient - center) × factor; `factor` is `[coefficients]`. */
  readonly center: number;
  readonly factor: Tensor;
}

/** A second of sound as pictures: time down. */
export interface SoundPicture {
  /** Natural logarithms of the bands' magnitudes, `[frames, mels]`, plain */
  readonly mel: Tensor;
  /** What the model reads, `[frames, coefficients]`, plain */
  readonly coefficients: Tensor;
}

export interface FrontEnd {
  /** @param samples as many as there are blocks × block samples */
  pictureOf(samples: Float32Array): SoundPicture;
  dispose(): void;
}

const square = trace(({ score }) => score.multiply(score));
const squareRoot = trace(({ score }) => score.sqrt());

/** Mel-frequency cepstral coefficients, a row for each frame: products with the file's own matrices, in the order of its graph. */
export function createFrontEnd(weights: FrontEndWeights, backend: Backend): FrontEnd {
  const operations = operationsOf(backend);
  const { blockSamples, frames, window, cosine, sine, mel, floor, dct, center, factor } = weights;
  // (x · dct - center) × factor as one product
  const spread = multiply(dct, factor);
  const bias = multiply(factor, scalar(-center));
  const prepared: PreparedWeight[] = [cosine, sine, mel, spread].map((weight) => operations.prepareWeight(weight));
  const logarithm = trace(({ score }) => score.maximum(floor).log());

  return {
    pictureOf: (samples) =>
      operations.scope(() => {
        const blocks = tensor(samples, { shape: [samples.length / blockSamples, blockSamples] });
        const framed = reshape(embed(blocks, frames), [frames.shape[0], window.shape[0]]);
        const faded = backend.place(multiply(framed, window));
        const power = (part: Tensor): Tensor => operations.map(operations.linear(faded, part), square);
        const magnitudes = operations.map(operations.add(power(cosine), power(sine)), squareRoot);
        const bands = operations.map(operations.linear(magnitudes, mel), logarithm);
        // copies in JavaScript's own memory, where no scope ends
        return { mel: clone(bands), coefficients: clone(operations.linear(bands, spread, { bias })) };
      }),
    dispose() {
      for (const weight of prepared) weight.dispose();
    },
  };
}
