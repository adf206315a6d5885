import { createWasmBackend } from "@fovea/backend-wasm";
import { attention, setAttentionBackend } from "@fovea/tfjs-adapter";
import { installFastProducts, uninstallFastProducts } from "@fovea/tfjs-adapter/products";
import * as tf from "@tensorflow/tfjs";
import { fillRandom } from "../fill-random.ts";
import type { Prepared } from "../prepared.ts";
import { startTensorFlow } from "./tensorflow.ts";

/** With Fovea's attention and products, or with TensorFlow.js's own operations for both. */
export type TrainingKernels = "fovea" | "tensorflow";

/** The digits model of apps/train: 28 × 28 pixels in 49 patches of 16, width 32, 4 heads, 2 layers. */
const [batch, patches, patchPixels, width, heads, depth, classes] = [64, 49, 16, 32, 4, 2, 10];

const norm = (x: tf.Tensor): tf.Tensor => x.div(x.square().mean(-1, true).add(1e-6).sqrt());

/** One step of training, by Adam, on one batch of noise. */
export async function prepareTraining(kernels: TrainingKernels): Promise<Prepared> {
  const backend = createWasmBackend({ threads: 1 });
  setAttentionBackend(backend);
  if (kernels === "fovea") installFastProducts({ backend });
  else uninstallFastProducts();
  await startTensorFlow("wasm");
  // its check for leaks takes what the gradient of logSoftmax saves for one
  tf.env().set("IS_TEST", false);

  let seed = 0;
  const weight = (rows: number, columns: number): tf.Variable =>
    tf.tidy(() =>
      tf.variable(
        tf.tensor(fillRandom(new Float32Array(rows * columns), ++seed), [rows, columns]).mul(Math.sqrt(3 / rows)),
      ),
    );
  const embed = weight(patchPixels, width);
  const layers = Array.from({ length: depth }, () => ({
    query: weight(width, width),
    key: weight(width, width),
    value: weight(width, width),
    output: weight(width, width),
    expand: weight(width, 4 * width),
    shrink: weight(4 * width, width),
  }));
  const answer = weight(patches * width, classes);
  const pictures = tf.tensor2d(fillRandom(new Float32Array(batch * patches * patchPixels), ++seed), [
    batch * patches,
    patchPixels,
  ]);
  const labels = tf.tidy(() => tf.oneHot(tf.range(0, batch, 1, "int32").mod(tf.scalar(classes, "int32")), classes));

  const split = (x: tf.Tensor): tf.Tensor => x.reshape([batch, patches, heads, width / heads]).transpose([0, 2, 1, 3]);
  const loss = (): tf.Scalar => {
    let x = tf.matMul(pictures, embed as tf.Tensor2D) as tf.Tensor;
    for (const { query, key, value, output, expand, shrink } of layers) {
      const seen = norm(x);
      const [q, k, v] = [query, key, value].map((w) => split(tf.matMul(seen, w)));
      const attended = attention(q, k, v, { kernels: kernels === "fovea" ? "fused" : "composite" });
      x = x.add(tf.matMul(attended.transpose([0, 2, 1, 3]).reshape([batch * patches, width]), output));
      x = x.add(tf.matMul(tf.relu(tf.matMul(norm(x), expand)), shrink));
    }
    const logits = tf.matMul(norm(x).reshape([batch, patches * width]), answer);
    return tf
      .logSoftmax(logits)
      .mul(labels)
      .sum()
      .mul(-1 / batch);
  };
  const optimizer = tf.train.adam(1e-3);
  const losses: number[] = [];
  const run = (): void => tf.tidy(() => void losses.push((optimizer.minimize(loss, true) as tf.Scalar).dataSync()[0]));
  return { run, check: () => losses.slice(0, 1) };
}
