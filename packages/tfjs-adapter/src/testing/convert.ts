import { randomGenerator, tensor as plainTensor, type Tensor } from "@fovea/tensor";
import { tensor } from "@tensorflow/tfjs-core";
import type { Tensor as TfTensor } from "@tensorflow/tfjs-core";

/** Makes plain float32 tensors of normal numbers, the same ones for the same seed. */
export function normals(seed: number): (shape: readonly number[]) => Tensor {
  const random = randomGenerator(seed);
  return (shape) => random.normal([...shape]);
}

/** The same numbers as a tensor of TensorFlow.js. */
export function toTf<T extends TfTensor = TfTensor>({ data, shape, dtype }: Tensor): T {
  return tensor(data as Float32Array, [...shape], dtype as "float32" | "int32" | "bool") as T;
}

/** The numbers of a tensor of TensorFlow.js, which is disposed of. */
export function fromTf(given: TfTensor): Tensor {
  const data = given.dataSync();
  const copy = plainTensor(data.slice() as Float32Array, { shape: [...given.shape], dtype: given.dtype as "float32" });
  given.dispose();
  return copy;
}
