import { tensor as tfTensor } from "@tensorflow/tfjs-core";
import { readValues, type Tensor } from "@fovea/tensor";
import { initializers, type LayerVariable } from "@tensorflow/tfjs-layers";

export type Initializer = ReturnType<typeof initializers.zeros>;

/** Adds a trainable weight to a layer: what a part of a layer is given instead of the layer. */
export type AddWeight = (name: string, shape: number[], initializer: Initializer) => LayerVariable;

/** Uniform within ±sqrt(6 / (in + out)).
 *  @see Glorot and Bengio 2010, eq. 16 */
export function glorot(from: number, to: number, seed: number | null): Initializer {
  const most = Math.sqrt(6 / (from + to));
  return initializers.randomUniform({ minval: -most, maxval: most, ...(seed !== null && { seed }) });
}

/** The numbers of a plain tensor. */
export function startAt(values: Tensor): Initializer {
  const apply = (shape: (number | null)[]): ReturnType<typeof tfTensor> =>
    tfTensor(Float32Array.from(readValues(values)), shape as number[]);
  return { ...initializers.zeros(), apply } as Initializer;
}
