import { createWasmBackend } from "@fovea/backend-wasm";
import { installFastProducts, uninstallFastProducts } from "@fovea/tfjs-adapter/products";
import * as tf from "@tensorflow/tfjs";
import { fillRandom, seeds } from "../fill-random.ts";
import { pickOutput } from "../prepared.ts";
import type { Prepared } from "../prepared.ts";
import { startTensorFlow } from "./tensorflow.ts";

/** A matrix product `[batch, size, size]` by itself on TensorFlow.js's wasm backend. */
export interface ProductWork {
  /** Whose kernel computes it. */
  readonly kernel: "fovea" | "tensorflow";
  readonly size: number;
  /** Default 1, which is no batch. */
  readonly batch?: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

export async function prepareProduct({ kernel, size, batch, transposeA, transposeB }: ProductWork): Promise<Prepared> {
  if (kernel === "fovea") installFastProducts({ backend: createWasmBackend({ threads: 1 }) });
  else uninstallFastProducts();
  await startTensorFlow("wasm");
  const shape = batch === undefined ? [size, size] : [batch, size, size];
  const [a, b] = [seeds.query, seeds.key].map((seed) =>
    tf.tensor(fillRandom(new Float32Array((batch ?? 1) * size * size), seed), shape),
  );
  let product: tf.Tensor | null = null;
  return {
    run: () => {
      product?.dispose();
      product = tf.matMul(a, b, transposeA, transposeB);
    },
    check: () => pickOutput(product?.dataSync() ?? []),
  };
}
