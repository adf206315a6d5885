import { create, toBinary } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { toArray } from "@fovea/tensor";
import { GraphProtoSchema, ModelProtoSchema, TensorProto_DataLocation, TensorProto_DataType } from "onnx-buf";
import type { StringStringEntryProtoSchema, TensorProtoSchema } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { readAll } from "../require-all.ts";
import { WeightFileError } from "../weight-file-error.ts";
import { openOnnx } from "./open-onnx.ts";

type Graph = MessageInitShape<typeof GraphProtoSchema>;
type Initializer = MessageInitShape<typeof TensorProtoSchema>;

/** An ONNX file around a graph, encoded by the published schema. */
function onnxModel(
  graph: Graph,
  metadataProps: MessageInitShape<typeof StringStringEntryProtoSchema>[] = [],
): Uint8Array {
  const model = { irVersion: 8n, metadataProps, graph: create(GraphProtoSchema, graph) };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, model));
}

const {
  FLOAT,
  DOUBLE,
  INT8,
  INT16,
  INT32,
  INT64,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
  BOOL,
  FLOAT16,
  BFLOAT16,
  STRING,
  INT4,
} = TensorProto_DataType;
const raw = (array: { readonly buffer: ArrayBuffer }): Uint8Array<ArrayBuffer> => new Uint8Array(array.buffer);

test.each<[string, Initializer, string, number[]]>([
  ["FLOAT raw", { dataType: FLOAT, rawData: raw(new Float32Array([1.5, -2])) }, "float32", [1.5, -2]],
  ["FLOAT typed", { dataType: FLOAT, floatData: [1.5, -2] }, "float32", [1.5, -2]],
  ["DOUBLE raw", { dataType: DOUBLE, rawData: raw(new Float64Array([0.1, -2])) }, "float64", [0.1, -2]],
  ["DOUBLE typed", { dataType: DOUBLE, doubleData: [0.1, -2] }, "float64", [0.1, -2]],
  ["FLOAT16 raw", { dataType: FLOAT16, rawData: raw(new Uint16Array([0x3c00, 0xc000])) }, "float16", [1, -2]],
  ["FLOAT16 typed", { dataType: FLOAT16, int32Data: [0x3c00, 0xc000] }, "float16", [1, -2]],
  ["BFLOAT16 raw", { dataType: BFLOAT16, rawData: raw(new Uint16Array([0x3f80, 0xc000])) }, "bfloat16", [1, -2]],
  ["BFLOAT16 typed", { dataType: BFLOAT16, int32Data: [0x3f80, 0xc000] }, "bfloat16", [1, -2]],
  ["INT8 raw", { dataType: INT8, rawData: raw(new Int8Array([-128, 127])) }, "int32", [-128, 127]],
  ["INT8 typed", { dataType: INT8, int32Data: [-128, 127] }, "int32", [-128, 127]],
  ["INT16 typed", { dataType: INT16, int32Data: [-32768, 5] }, "int32", [-32768, 5]],
  ["INT32 raw", { dataType: INT32, rawData: raw(new Int32Array([-(2 ** 31), 5])) }, "int32", [-(2 ** 31), 5]],
  ["INT32 typed", { dataType: INT32, int32Data: [-(2 ** 31), 5] }, "int32", [-(2 ** 31), 5]],
  ["INT64 raw", { dataType: INT64, rawData: raw(new BigInt64Array([-7n, 5n])) }, "int32", [-7, 5]],
  ["INT64 typed", { dataType: INT64, int64Data: [-7n, 5n] }, "int32", [-7, 5]],
  ["UINT8 raw", { dataType: UINT8, rawData: new Uint8Array([0, 255]) }, "uint8", [0, 255]],
  ["UINT8 typed", { dataType: UINT8, int32Data: [0, 255] }, "uint8", [0, 255]],
  ["UINT16 typed", { dataType: UINT16, int32Data: [0, 65535] }, "int32", [0, 65535]],
  ["UINT32 typed", { dataType: UINT32, uint64Data: [0n, 5n] }, "int32", [0, 5]],
  [
    "INT64 at its ends",
    { dataType: INT64, int64Data: [-(2n ** 31n), 2n ** 31n - 1n] },
    "int32",
    [-(2 ** 31), 2 ** 31 - 1],
  ],
  [
    "UINT32 at its end",
    { dataType: UINT32, rawData: raw(new Uint32Array([0, 2 ** 31 - 1])) },
    "int32",
    [0, 2 ** 31 - 1],
  ],
  ["UINT64 typed", { dataType: UINT64, uint64Data: [0n, 5n] }, "int32", [0, 5]],
  ["BOOL typed", { dataType: BOOL, int32Data: [1, 0] }, "bool", [1, 0]],
])("initializers of %s", async (_, proto, dtype, numbers) => {
  const file = await openOnnx(onnxModel({ initializer: [{ name: "w", dims: [2n, 1n], ...proto }] }));
  const weight = await file.tensor("w");
  expect(weight).toMatchObject({ dtype, shape: [2, 1] });
  expect(file.info("w").tensorDType).toBe(dtype);
  expect(toArray(weight)).toEqual(numbers);
});

const constant = (output: string, attribute: object): object => ({
  opType: "Constant",
  output: [output],
  attribute: [attribute],
});

test("Constant nodes, under every name of their attribute", async () => {
  const node = [
    constant("tensor", { name: "value", t: { dims: [1n], dataType: FLOAT, floatData: [3] } }),
    constant("float", { name: "value_float", f: 0.5 }),
    constant("floats", { name: "value_floats", floats: [1, 2] }),
    constant("int", { name: "value_int", i: -4n }),
    constant("ints", { name: "value_ints", ints: [5n, -6n] }),
    constant("text", { name: "value_string", s: new Uint8Array(1) }),
  ];
  const file = await openOnnx(onnxModel({ node }));
  const weights = await readAll(file);
  expect(Array.from(weights, ([name, { dtype, shape }]) => [name, dtype, shape.join()])).toEqual([
    ["tensor", "float32", "1"],
    ["float", "float32", ""],
    ["floats", "float32", "2"],
    ["int", "int32", ""],
    ["ints", "int32", "2"],
  ]);
  expect(Array.from(weights.values(), toArray)).toEqual([[3], [0.5], [1, 2], [-4], [5, -6]]);
  expect(() => file.info("text")).toThrow("a Constant with value_string");
  expect(file.nodes).toEqual([]);
});

const scale = (value: number): Initializer => ({ name: "scale", dims: [], dataType: FLOAT, floatData: [value] });

test("nodes name the weights that they read, through branches and the scopes around them", async () => {
  const branch = (name: string, value: number): object => ({
    name,
    g: { node: [{ name: "m", opType: "Mul", input: ["x", "scale", "table", ""] }], initializer: [scale(value)] },
  });
  const file = await openOnnx(
    onnxModel({
      node: [
        { name: "first", opType: "Gather", input: ["table", "ids"], output: ["x"] },
        { opType: "If", input: ["c"], attribute: [branch("then_branch", 2), branch("else_branch", 3)] },
      ],
      initializer: [{ name: "table", dims: [1n], dataType: UINT8, rawData: new Uint8Array([9]) }, scale(1)],
    }),
  );
  expect(file.names).toEqual(["table", "scale", "If_1.then_branch/scale", "If_1.else_branch/scale"]);
  expect(toArray(await file.tensor("If_1.else_branch/scale"))).toEqual([3]);
  expect(file.nodes.map(({ opType, graph, inputs }) => [opType, graph, inputs])).toEqual([
    ["Gather", "", ["table", "ids"]],
    ["If", "", ["c"]],
    ["Mul", "If_1.then_branch/", ["x", "If_1.then_branch/scale", "table", ""]],
    ["Mul", "If_1.else_branch/", ["x", "If_1.else_branch/scale", "table", ""]],
  ]);
});

test("what the model says of itself is kept", async () => {
  const file = await openOnnx(onnxModel({}, [{ key: "author", value: "me" }]));
  expect([...file.metadata]).toEqual([["author", "me"]]);
});

test.each<[string, Initializer, string]>([
  [
    "numbers in another file",
    {
      dataType: FLOAT,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [{ key: "location", value: "../model.data" }],
    },
    'got numbers in another file, "../model.data": save the model as one file',
  ],
  ["texts", { dataType: STRING, stringData: [new Uint8Array(1)] }, "got texts"],
  ["a type that no tensor has", { dataType: INT4, int32Data: [1] }, "got int4"],
  ["a type of the future", { dataType: 99, int32Data: [1] }, "got data type 99"],
  ["an int64 beyond 32 bits", { dataType: INT64, int64Data: [2n ** 31n] }, "got int64 beyond 32 bits"],
  [
    "the end of a slice that means the last, raw",
    { dataType: INT64, rawData: raw(new BigInt64Array([2n ** 63n - 1n])) },
    "got int64 beyond 32 bits",
  ],
  [
    "a uint32 beyond 31 bits, raw",
    { dataType: UINT32, rawData: raw(new Uint32Array([2 ** 31])) },
    "got uint32 beyond 32 bits",
  ],
  ["a uint64 beyond 31 bits", { dataType: UINT64, uint64Data: [2n ** 31n] }, "got uint64 beyond 32 bits"],
  ["no type", {}, "got data type 0"],
  ["a segment", { dataType: FLOAT, floatData: [1], segment: { begin: 0n, end: 1n } }, "a segment of a tensor"],
])("%s: left out of the names, asking for it says why", async (_, proto, message) => {
  const good = { name: "good", dataType: BOOL, int32Data: [1] };
  const file = await openOnnx(onnxModel({ initializer: [{ name: "w", dims: [1n], ...proto }, good] }));
  expect(file.names).toEqual(["good"]);
  await expect(file.tensor("w")).rejects.toThrow(message);
});

test("a sparse initializer is left out, too", async () => {
  const file = await openOnnx(onnxModel({ sparseInitializer: [{ values: { name: "w" } }] }));
  expect(() => file.info("w")).toThrow("got a sparse tensor");
});

test.each<[string, Initializer, string]>([
  ["an int8 beyond 8 bits", { dataType: INT8, int32Data: [200] }, "got 200 at element 0"],
  ["a bool of 2", { dataType: BOOL, int32Data: [2] }, "got 2 at element 0"],
])("%s is refused when it is read", async (_, proto, message) => {
  const file = await openOnnx(onnxModel({ initializer: [{ name: "w", dims: [1n], ...proto }] }));
  await expect(file.tensor("w")).rejects.toThrow(message);
});

const weight = { name: "w", dims: [1n], dataType: FLOAT, floatData: [1] };
const nested = (depth: number): object =>
  depth === 0 ? {} : { node: [{ opType: "If", attribute: [{ name: "then_branch", g: nested(depth - 1) }] }] };

describe("a hostile model is refused at opening:", () => {
  const model = onnxModel({ initializer: [weight] });
  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(0), "expected an ONNX model, got bytes with 0 graphs"],
    ["no protobuf", new TextEncoder().encode("<nothing of the kind>"), "no protobuf"],
    ["cut", model.subarray(0, model.length - 3), "premature EOF"],
    ["two graphs", new Uint8Array([...model, ...model]), "bytes with 2 graphs"],
    ["a length beyond the file", new Uint8Array([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]), "no protobuf"],
    [
      "fewer numbers than the shape",
      onnxModel({ initializer: [{ ...weight, dims: [2n] }] }),
      '"w" to have 2 numbers for float32 [2], got 1',
    ],
    ["more numbers than the shape", onnxModel({ initializer: [{ ...weight, dims: [0n] }] }), "to have 0 numbers"],
    [
      "raw bytes of half a number",
      onnxModel({ initializer: [{ ...weight, floatData: [], rawData: new Uint8Array(6) }] }),
      "got 1.5",
    ],
    [
      "a shape beyond all memory",
      onnxModel({ initializer: [{ ...weight, dims: [2n ** 40n, 2n ** 40n] }] }),
      "2147483647 elements",
    ],
    ["a negative size", onnxModel({ initializer: [{ ...weight, dims: [-1n] }] }), "whole numbers from 0 up"],
    ["far too many axes", onnxModel({ initializer: [{ ...weight, dims: Array(1e5).fill(1n) }] }), "at most 32 axes"],
    [
      "a name twice",
      onnxModel({ initializer: [weight, weight] }),
      'a name of its own for every weight of a graph, got "w"',
    ],
    ["no name", onnxModel({ initializer: [{ ...weight, name: "" }] }), 'got ""'],
    ["a node without op_type", onnxModel({ node: [{}] }), "an op_type for every node"],
    ["branches without end", onnxModel(nested(20)), "graphs at most 16 deep"],
    ["long names before many short ones", onnxModel(longPrefix()), "names that are shorter than the file"],
  ])("%s", async (_, bytes, message) => {
    const refused = await openOnnx(bytes).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WeightFileError);
    expect((refused as Error).message).toContain(message);
  });
});

/** 100 KB that would become 100 MB of names. */
function longPrefix(): Graph {
  const initializer = Array.from({ length: 2000 }, (_, index) => ({ ...weight, name: String(index) }));
  return { node: [{ opType: "x".repeat(50_000), attribute: [{ name: "a", g: { initializer } }] }] };
}
