import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { sizeOf } from "@fovea/tensor";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { fillRandom, seeds } from "../fill-random.ts";
import { pickOutput } from "../prepared.ts";
import type { Prepared } from "../prepared.ts";
import { shapesOf } from "../work.ts";
import type { AttentionWork } from "../work.ts";
import { booleanMask } from "./boolean-mask.ts";

export type TensorFlowBackend = "wasm" | "cpu";

/** matMul, softmax, matMul in TensorFlow.js, which has no fused attention; with gradients through `tf.grads`. */
export async function prepareTensorFlow(work: AttentionWork, backend: TensorFlowBackend): Promise<Prepared> {
  await startTensorFlow(backend);
  const shapes = shapesOf(work);
  const query = operand("query", shapes.query);
  const key = operand("key", shapes.key);
  const value = operand("value", shapes.key);
  const outputGradient = work.gradients ? operand("outputGradient", shapes.query) : null;
  const bias =
    work.mask === "none"
      ? null
      : tf.tensor2d(
          Float32Array.from(booleanMask(work), (visible) => (visible ? 0 : -1e9)),
          [shapes.query[2], shapes.key[2]],
        );

  const attention = (query: tf.Tensor, key: tf.Tensor, value: tf.Tensor): tf.Tensor => {
    const scores = tf.matMul(query, key, false, true).mul(1 / Math.sqrt(work.headDim));
    return tf.matMul(tf.softmax(bias ? scores.add(bias) : scores), value);
  };
  const gradients = tf.grads(attention as (...operands: tf.Tensor[]) => tf.Tensor);
  let values: Float32Array = new Float32Array();
  // assigned and not returned: TensorFlow.js looks for tensors in all that leaves a tidy, number by number
  const run = (): void =>
    tf.tidy(() => {
      const [first] = outputGradient ? gradients([query, key, value], outputGradient) : [attention(query, key, value)];
      values = first.dataSync<"float32">();
    });

  const before = process.resourceUsage().maxRSS * 1024;
  return {
    run,
    check: () => pickOutput(values),
    figures: () => ({ residentBytes: process.resourceUsage().maxRSS * 1024 - before - values.byteLength }),
  };
}

export function operand(name: keyof typeof seeds, shape: readonly [number, number, number, number]): tf.Tensor4D {
  const size = sizeOf(shape);
  return tf.tensor4d(fillRandom(new Float32Array(size), seeds[name]), [...shape]);
}

/** Chooses the backend; the WebAssembly files come from the package. */
export async function startTensorFlow(backend: TensorFlowBackend): Promise<void> {
  tf.env().set("IS_TEST", true); // no advice on the console
  setWasmPaths(dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm")) + sep);
  await tf.setBackend(backend);
  if (tf.getBackend() !== backend) throw new Error(`TensorFlow.js runs on ${tf.getBackend()} instead of ${backend}`);
}
