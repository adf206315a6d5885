import { create, toBinary } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { tensor } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import * as fc from "fast-check";
import { GraphProtoSchema, ModelProtoSchema, TensorProto_DataType } from "onnx-buf";
import { expect, test } from "vitest";
import { countingSource } from "./fixtures/counting-source.ts";
import { tfliteBytes } from "./fixtures/tflite-bytes.ts";
import { openOnnx } from "./onnx/open-onnx.ts";
import { openSafetensors } from "./open-safetensors.ts";
import { openTfjs } from "./open-tfjs.ts";
import { openTflite } from "./tflite/open-tflite.ts";
import { WeightFileError } from "./weight-file-error.ts";
import type { WeightFile } from "./weight-file.ts";
import { writeSafetensors } from "./write-safetensors.ts";

/** Damage to a file: bytes changed, left out, put in or repeated, and the end cut off. */
interface Damage {
  readonly at: number;
  readonly kind: "change" | "delete" | "insert" | "repeat" | "cut";
  readonly bytes: Uint8Array;
}

const damages = fc.array(
  fc.record<Damage>({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom("change", "delete", "insert", "repeat", "cut"),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
      // What means something in JSON: digits, signs, quotes, braces.
      fc
        .constantFrom("9", "-", "e", ".", '"', ",", "0", "[", "]", "{", "}", "w", "999999999")
        .map((text) => Buffer.from(text)),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

function damage(bytes: Uint8Array, { at, kind, bytes: put }: Damage): Uint8Array {
  const place = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  if (kind === "cut") return before;
  if (kind === "insert") return new Uint8Array([...before, ...put, ...after]);
  if (kind === "repeat") return new Uint8Array([...before, ...after.subarray(0, 40), ...after]);
  return new Uint8Array([...before, ...(kind === "change" ? put : []), ...after.subarray(put.length)]);
}

/** Reads everything of a file that can be opened. No other error than the typed one may come, and no more room be taken than the file's
 *  bytes allow: four bytes of tensor for one of file (uint8 that becomes float32, a varint that becomes int32). */
async function check(bytes: Uint8Array, open: (bytes: Uint8Array) => Promise<WeightFile>): Promise<void> {
  const file = await refusable(open(bytes));
  if (file === null) return;
  let room = 0;
  for (const name of file.names) {
    const weight: Tensor | null = await refusable(file.tensor(name));
    if (weight !== null && weight.data.buffer !== bytes.buffer) room += weight.data.byteLength;
  }
  expect(room).toBeLessThanOrEqual(4 * bytes.length);
}

async function refusable<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof WeightFileError) return null;
    throw error;
  }
}

const weights = { a: tensor([1, 2, 3]), b: tensor(new Float64Array([1, 2])), c: tensor([[true], [false]]) };
const safetensors = writeSafetensors(weights, { metadata: { w: "x" } });
const runs = { numRuns: 2000 };

/** Opening may ask for no more than there is. */
async function openCounted(bytes: Uint8Array): Promise<WeightFile> {
  const source = countingSource(bytes);
  try {
    return await openSafetensors(source);
  } finally {
    const asked = source.asked.reduce((sum, length) => sum + length, 0);
    expect(asked).toBeLessThanOrEqual(bytes.length);
  }
}

test("damaged safetensors are read or refused, nothing else", async () => {
  const property = fc.asyncProperty(damages, (list) => check(list.reduce(damage, safetensors), openCounted));
  await fc.assert(property, runs);
});

test("a damaged model.json and damaged shards are read or refused, nothing else", async () => {
  const quantization = { dtype: "uint8", scale: 0.1, min: -1 };
  const weights = [
    { name: "w", shape: [2, 2], dtype: "float32", quantization },
    { name: "v", shape: [1], dtype: "int32" },
  ];
  const model = new TextEncoder().encode(JSON.stringify({ weightsManifest: [{ paths: ["s1", "s2"], weights }] }));
  const shards = new Map([
    ["s1", new Uint8Array(5)],
    ["s2", new Uint8Array(3)],
  ]);
  const open = (bytes: Uint8Array): Promise<WeightFile> =>
    openTfjs(bytes, (path) => shards.get(path) ?? new Uint8Array(2));
  await fc.assert(
    fc.asyncProperty(damages, (list) => check(list.reduce(damage, model), open)),
    runs,
  );
});

test("a damaged ONNX model is read or refused, nothing else", async () => {
  const { FLOAT, INT64, UINT8 } = TensorProto_DataType;
  const inner = { initializer: [{ name: "s", dims: [1n], dataType: UINT8, rawData: new Uint8Array([1]) }] };
  const graph = create(GraphProtoSchema, {
    initializer: [
      { name: "w", dims: [2n], dataType: FLOAT, floatData: [1, 2] },
      { name: "i", dims: [3n], dataType: INT64, int64Data: [1n, -2n, 3n] },
    ],
    node: [
      { opType: "Constant", output: ["c"], attribute: [{ name: "value_ints", ints: [1n, 2n] }] },
      { opType: "If", attribute: [{ name: "then_branch", g: inner }] },
    ],
  });
  const model = toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph }));
  await fc.assert(
    fc.asyncProperty(damages, (list) => check(list.reduce(damage, model), openOnnx)),
    runs,
  );
});

test("a damaged TensorFlow Lite model is read or refused, nothing else", async () => {
  const model = tfliteBytes([
    { name: "x", shape: [1, 2] },
    { name: "w", shape: [2], data: new Uint8Array(Float32Array.of(1, 2).buffer) },
    { name: "q", shape: [2, 2], type: 9, data: new Uint8Array(4), scale: [1, 2], zeroPoint: [0, 1] },
    { name: "i", shape: [], type: 4, data: new Uint8Array(BigInt64Array.of(-3n).buffer) },
  ]);
  await fc.assert(
    fc.asyncProperty(damages, (list) => check(list.reduce(damage, model), openTflite)),
    runs,
  );
});

test("any bytes at all are refused, or hold no more than they are", async () => {
  const property = fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
    for (const open of [openSafetensors, openOnnx, openTflite, (model: Uint8Array) => openTfjs(model, () => bytes)]) {
      await check(bytes, open);
    }
  });
  await fc.assert(property, runs);
});

/** A file of few bytes for each of very many things. */
const many = 100_001;
const names = Array.from({ length: many }, (_, index) => index.toString(36));
const onnxWith = (graph: MessageInitShape<typeof GraphProtoSchema>, metadata: readonly string[] = []): Uint8Array =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      graph: create(GraphProtoSchema, graph),
      metadataProps: metadata.map((key) => ({ key })),
    }),
  );

test.each<[string, () => Promise<WeightFile>, string]>([
  [
    "safetensors",
    () => {
      const entry = { dtype: "F32", shape: [0], data_offsets: [0, 0] };
      const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(names.map((name) => [name, entry]))));
      const length = new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer);
      return openSafetensors(new Uint8Array([...length, ...header]));
    },
    "at most 100000 weights and metadata, got 100001",
  ],
  [
    "TensorFlow.js",
    () => {
      const weights = names.slice(1).map((name) => ({ name, shape: [0], dtype: "bool" }));
      const model = new TextEncoder().encode(JSON.stringify({ weightsManifest: [{ paths: ["s"], weights }] }));
      return openTfjs(model, () => new Uint8Array(0));
    },
    "at most 100000 weights and shards, got 100001",
  ],
  [
    "initializers",
    () => openOnnx(onnxWith({ initializer: names.map((name) => ({ name, dims: [0n], dataType: 1 })) })),
    "at most 100000 weights, got more",
  ],
  ["nodes", () => openOnnx(onnxWith({ node: names.map(() => ({ opType: "A" })) })), "at most 100000 nodes, got more"],
  [
    "inputs",
    () => openOnnx(onnxWith({ node: [{ opType: "A", input: Array<string>(1_000_001).fill("") }] })),
    "at most 1000000 inputs and outputs of nodes, got more",
  ],
  ["metadata", () => openOnnx(onnxWith({}, names)), "at most 100000 entries of metadata, got more"],
])("%s: more than any model lists is refused, so that memory is bounded by the file", async (_, open, message) => {
  await expect(open()).rejects.toThrow(message);
});
