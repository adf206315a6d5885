import { createWasmBackend } from "@fovea/backend-wasm";
import { attention, setAttentionBackend } from "@fovea/tfjs-adapter";
import * as tf from "@tensorflow/tfjs";
import { pickOutput } from "../prepared.ts";
import type { Prepared } from "../prepared.ts";
import { shapesOf } from "../work.ts";
import type { AttentionWork } from "../work.ts";
import { maskOf } from "./fovea.ts";
import { operand, startTensorFlow, type TensorFlowBackend } from "./tensorflow.ts";

/** Fovea's operation in TensorFlow.js, on tensors of one of its backends; with gradients through `tf.grads`. */
export async function prepareAdapter(work: AttentionWork, backend: TensorFlowBackend): Promise<Prepared> {
  await startTensorFlow(backend);
  const fused = createWasmBackend({ threads: work.threads ?? 1 });
  setAttentionBackend(fused);
  const shapes = shapesOf(work);
  const query = operand("query", shapes.query);
  const key = operand("key", shapes.key);
  const value = operand("value", shapes.key);
  const outputGradient = work.gradients ? operand("outputGradient", shapes.query) : null;
  const attend = (query: tf.Tensor, key: tf.Tensor, value: tf.Tensor): tf.Tensor =>
    attention(query, key, value, { mask: maskOf(work.mask) });
  const gradients = tf.grads(attend as (...operands: tf.Tensor[]) => tf.Tensor);
  let values: Float32Array = new Float32Array();
  // assigned and not returned: TensorFlow.js looks for tensors in all that leaves a tidy, number by number
  const run = (): void =>
    tf.tidy(() => {
      const [first] = outputGradient ? gradients([query, key, value], outputGradient) : [attend(query, key, value)];
      values = first.dataSync<"float32">();
    });

  return {
    run,
    check: () => pickOutput(values),
    // TensorFlow.js holds nothing of a call but inputs and results
    figures: () => ({ wasmBytes: fused.bytes, compilations: fused.compilations }),
  };
}
