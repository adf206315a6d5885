import { toArray } from "@fovea/tensor";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { openTfjs } from "./open-tfjs.ts";
import { readAll } from "./require-all.ts";
import { WeightFileError } from "./weight-file-error.ts";
import type { WeightFile } from "./weight-file.ts";

type Specs = tf.io.WeightsManifestEntry[];
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const oneGroup = (paths: unknown, weights: unknown): Uint8Array => json({ weightsManifest: [{ paths, weights }] });

/** Opens weights whose bytes are cut into shards of `shardBytes`. */
function open(weights: readonly unknown[], bytes: Uint8Array, shardBytes: number): Promise<WeightFile> {
  const paths = Array.from({ length: Math.ceil(bytes.length / shardBytes) }, (_, index) => `group1-shard${index}.bin`);
  return openTfjs(oneGroup(paths, weights), (path) => {
    const start = paths.indexOf(path) * shardBytes;
    return bytes.subarray(start, start + shardBytes);
  });
}

const specs: Specs = [
  { name: "float", shape: [2, 2], dtype: "float32" },
  { name: "int", shape: [2], dtype: "int32" },
  { name: "bool", shape: [3], dtype: "bool" },
  { name: "uint8", shape: [3], dtype: "float32", quantization: { dtype: "uint8", scale: 0.1, min: -1.5 } },
  { name: "uint16", shape: [2], dtype: "float32", quantization: { dtype: "uint16", scale: 0.003, min: 2 } },
  { name: "float16", shape: [2], dtype: "float32", quantization: { dtype: "float16" } },
  { name: "int from uint8", shape: [2], dtype: "int32", quantization: { dtype: "uint8", scale: 1.5, min: -7 } },
];
const stored = [
  new Float32Array([1, -2, 1e-7, 3e38]),
  new Int32Array([-5, 2 ** 31 - 1]),
  new Uint8Array([1, 0, 1]),
  new Uint8Array([0, 17, 255]),
  new Uint16Array([3, 65535]),
  new Uint16Array([0x3c01, 0xfbff]), // float16: 1.0009765625, -65504
  new Uint8Array([1, 200]),
];
const bytes = new Uint8Array(Buffer.concat(stored.map(({ buffer }) => new Uint8Array(buffer))));

test.each([1, 7, 100])("weights over shards of %i bytes are those that TensorFlow.js decodes", async (shardBytes) => {
  const expected = tf.io.decodeWeights(bytes.slice().buffer, specs);
  const weights = await readAll(await open(specs, bytes, shardBytes));
  expect([...weights.keys()]).toEqual(Object.keys(expected));
  for (const [name, { dtype, shape }] of weights) {
    expect([dtype, shape]).toEqual([expected[name].dtype, expected[name].shape]);
    expect(toArray(weights.get(name)!)).toEqual(Array.from(expected[name].dataSync()));
  }
});

test("what is stored and what it becomes can be told apart before it is read", async () => {
  const file = await open(specs, bytes, 100);
  expect(file.info("uint8")).toEqual({ shape: [3], dtype: "uint8", tensorDType: "float32", bytes: 3 });
  expect(file.info("int from uint8").tensorDType).toBe("int32");
});

test("groups have shards of their own, and what the file says of itself is kept", async () => {
  const groups = ["a", "b"].map((name) => ({ paths: [name], weights: [{ name, shape: [], dtype: "bool" }] }));
  const model = json({ format: "graph-model", convertedBy: null, weightsManifest: groups });
  const file = await openTfjs(model, (path) => new Uint8Array([path === "b" ? 1 : 0]));
  expect(toArray(await file.tensor("a"))).toEqual([0]);
  expect(toArray(await file.tensor("b"))).toEqual([1]);
  expect([...file.metadata]).toEqual([["format", "graph-model"]]);
});

test("complex weights are passed over", async () => {
  const weights = [
    { name: "c", shape: [1], dtype: "complex64" },
    { name: "w", shape: [1], dtype: "bool" },
  ];
  const file = await open(weights, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 1]), 100);
  expect(file.names).toEqual(["w"]);
  expect(toArray(await file.tensor("w"))).toEqual([1]);
  await expect(file.tensor("c")).rejects.toThrow("got complex64");
});

const bool = { name: "w", shape: [1], dtype: "bool" };
const weightWith = (change: object): Uint8Array => oneGroup(["s"], [{ ...bool, ...change }]);

test.each([
  ["./my-model.weights.bin", "my-model.weights.bin"], // as model.save("downloads://my-model") writes it
  ["weights (1).bin", "weights (1).bin"],
  ["模型/权重.bin", "模型/权重.bin"],
  ["a/./b..c.bin", "a/b..c.bin"],
  ["100%.bin", "100%.bin"],
])("a shard may be called %s", async (path, asked) => {
  const file = await openTfjs(oneGroup([path], [bool]), (name) => new Uint8Array([name === asked ? 1 : 0]));
  expect(toArray(await file.tensor("w"))).toEqual([1]);
});

describe("a hostile model.json is refused:", () => {
  test.each<[string, Uint8Array, string]>([
    ["no JSON", new Uint8Array([123]), "a model.json of TensorFlow.js, got something else"],
    ["null", json(null), "list of weightsManifest, got none"],
    ["no manifest", json({}), "list of weightsManifest, got none"],
    ["a manifest that is no list", json({ weightsManifest: 5 }), "list of weightsManifest, got 5"],
    ["a group that is null", json({ weightsManifest: [null] }), "list of paths, got none"],
    ["no weights", json({ weightsManifest: [{ paths: [] }] }), "list of weights, got none"],
    ["a path out of the folder", oneGroup(["../secret"], [bool]), 'got "../secret"'],
    ["a path with .. inside", oneGroup(["a/../../b"], [bool]), "paths of shards in the folder of model.json"],
    ["an absolute path", oneGroup(["/etc/passwd"], [bool]), "paths of shards in the folder of model.json"],
    ["another server", oneGroup(["https://example.org/s"], [bool]), "paths of shards in the folder of model.json"],
    ["a path for Windows", oneGroup(["..\\s"], [bool]), "paths of shards in the folder of model.json"],
    ["a path escaped for a URL", oneGroup(["%2e%2e/s"], [bool]), "paths of shards in the folder of model.json"],
    ["a path half escaped for a URL", oneGroup([".%2E/s"], [bool]), "paths of shards in the folder of model.json"],
    ["a slash escaped for a URL", oneGroup(["..%2fs"], [bool]), "paths of shards in the folder of model.json"],
    [
      "a path with a tab that a URL leaves out",
      oneGroup([".\t./s"], [bool]),
      "paths of shards in the folder of model.json",
    ],
    [
      "dots and a space, which Windows leaves out",
      oneGroup([".. /s"], [bool]),
      "paths of shards in the folder of model.json",
    ],
    ["a drive", oneGroup(["C:s"], [bool]), "paths of shards in the folder of model.json"],
    [
      "an address without a protocol",
      oneGroup([" //example.org/s"], [bool]),
      "paths of shards in the folder of model.json",
    ],
    ["a query", oneGroup(["s?x"], [bool]), "paths of shards in the folder of model.json"],
    ["nothing but the folder", oneGroup(["./"], [bool]), "paths of shards in the folder of model.json"],
    ["one shard many times", oneGroup(["s", "./s"], [{ ...bool, shape: [2] }]), '"s" twice'],
    ["a path that is no text", oneGroup([["s"]], [bool]), "paths of shards in the folder of model.json"],
    ["no name", weightWith({ name: 5 }), "a name for every weight, got 5"],
    ["a name twice", oneGroup(["s"], [bool, { ...bool, shape: [0] }]), '"w" twice'],
    ["texts", weightWith({ dtype: "string" }), "convert the model without them"],
    ["dtype of the prototype", weightWith({ dtype: "constructor" }), 'got "constructor"'],
    ["negative size", weightWith({ shape: [-1] }), "whole numbers from 0 up"],
    ["a shape beyond all memory", weightWith({ shape: [2 ** 20, 2 ** 20] }), "2147483647 elements"],
    ["more bytes than the shards", weightWith({ shape: [3] }), "shards of 3 bytes together, got 1 (s 1)"],
    ["fewer bytes than the shards", weightWith({ shape: [0] }), "shards of 0 bytes together, got 1 (s 1)"],
    ["quantized to text", weightWith({ quantization: { dtype: "string" } }), 'got "string"'],
    ["quantized to nothing", weightWith({ dtype: "float32", quantization: null }), "uint8, uint16 or float16"],
    [
      "no scale",
      weightWith({ dtype: "float32", quantization: { dtype: "uint8", min: 0 } }),
      "a scale and a min, got undefined and 0",
    ],
  ])("%s", async (_, model, message) => {
    const refused = await openTfjs(model, () => new Uint8Array(1)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WeightFileError);
    expect((refused as Error).message).toContain(message);
  });
});

test("a quantized integer beyond 32 bits is refused with its place", async () => {
  const spec = { name: "w", shape: [2], dtype: "int32", quantization: { dtype: "uint8", scale: 1e9, min: 0 } };
  const file = await open([spec], new Uint8Array([2, 3]), 2);
  await expect(file.tensor("w")).rejects.toThrow("got 3000000000 at element 1");
});
