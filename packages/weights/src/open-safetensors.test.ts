import { toArray } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { countingSource } from "./fixtures/counting-source.ts";
import { referenceFile, referenceWeights } from "./fixtures/reference-file.ts";
import { safetensorsBytes } from "./fixtures/safetensors-bytes.ts";
import { openSafetensors } from "./open-safetensors.ts";
import { readAll } from "./require-all.ts";
import { WeightFileError } from "./weight-file-error.ts";

test("a file by the format's own library gives the weights that it was given", async () => {
  const file = await openSafetensors(referenceFile);
  expect([...file.metadata]).toEqual([["format", "pt"]]);
  expect(new Set(file.names)).toEqual(new Set(Object.keys(referenceWeights)));
  for (const [name, expected] of Object.entries(referenceWeights)) {
    const { dtype, shape } = expected;
    expect(file.info(name)).toMatchObject({ dtype, tensorDType: dtype, shape });
    const weight = await file.tensor(name);
    expect(weight).toMatchObject({ dtype, shape });
    expect(toArray(weight)).toEqual(toArray(expected));
  }
});

test("opening reads the header only, a weight reads its own bytes only", async () => {
  const source = countingSource(referenceFile);
  const file = await openSafetensors(source);
  expect(source.asked).toEqual([8, 480]);
  await file.tensor("b");
  expect(source.asked).toEqual([8, 480, 16]);
});

test("integers that no tensor has become int32", async () => {
  const header = {
    int8: { dtype: "I8", shape: [2], data_offsets: [0, 2] },
    int16: { dtype: "I16", shape: [1], data_offsets: [2, 4] },
    uint16: { dtype: "U16", shape: [1], data_offsets: [4, 6] },
    uint32: { dtype: "U32", shape: [1], data_offsets: [6, 10] },
    int64: { dtype: "I64", shape: [2], data_offsets: [10, 26] },
    uint64: { dtype: "U64", shape: [1], data_offsets: [26, 34] },
  };
  const body = [
    0x80, 0x7f, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  ];
  body.push(0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff, 5, 0, 0, 0, 0, 0, 0, 0);
  const weights = await readAll(await openSafetensors(safetensorsBytes(header, body)));
  expect(Array.from(weights.values(), ({ dtype }) => dtype)).toEqual(Array(6).fill("int32"));
  expect(Array.from(weights, ([name, weight]) => [name, ...toArray(weight)])).toEqual([
    ["int8", -128, 127],
    ["int16", -2],
    ["uint16", 65535],
    ["uint32", 2 ** 31 - 1],
    ["int64", -1, -(2 ** 31)],
    ["uint64", 5],
  ]);
});

test.each([
  ["I64", [0, 0, 0, 0x80, 0, 0, 0, 0], "2147483648"],
  ["I64", [0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff], "-4294967297"],
  ["U64", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "18446744073709551615"],
  ["U32", [0, 0, 0, 0x80], "2147483648"],
  ["BOOL", [2], "2"],
])("%s beyond its tensor's range is refused with its place", async (dtype, body, value) => {
  const header = { w: { dtype, shape: [1], data_offsets: [0, body.length] } };
  const file = await openSafetensors(safetensorsBytes(header, body));
  await expect(file.tensor("w")).rejects.toThrow(`got ${value} at element 0`);
});

test("weights of a dtype that no tensor has do not keep the others from being read", async () => {
  const header = {
    quarter: { dtype: "F8_E4M3", shape: [3], data_offsets: [0, 3] },
    w: { dtype: "U8", shape: [1], data_offsets: [3, 4] },
  };
  const file = await openSafetensors(safetensorsBytes(header, [0, 0, 0, 9]));
  expect(file.names).toEqual(["w"]);
  expect(toArray(await file.tensor("w"))).toEqual([9]);
  await expect(file.tensor("quarter")).rejects.toThrow("got F8_E4M3");
});

const byteAt = (begin: number): object => ({ dtype: "U8", shape: [1], data_offsets: [begin, begin + 1] });

test("names are in the order of the bytes, and prototype names are names like others", async () => {
  const text = `{"constructor":${JSON.stringify(byteAt(1))},"__proto__":${JSON.stringify(byteAt(0))}}`;
  const file = await openSafetensors(safetensorsBytes(text, [5, 6]));
  expect(file.names).toEqual(["__proto__", "constructor"]);
  expect(toArray(await file.tensor("__proto__"))).toEqual([5]);
  expect(() => file.info("toString")).toThrow(WeightFileError);
});

const bytes4 = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
const with4 = (change: object): Uint8Array => safetensorsBytes({ w: { ...bytes4, ...change } }, [0, 0, 0, 0]);
const headerLength = (length: bigint): Uint8Array => {
  const bytes = safetensorsBytes({ w: bytes4 }, [0, 0, 0, 0]);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
};

describe("a hostile file is refused at opening:", () => {
  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(0), "at least 8 bytes of safetensors, got 0"],
    ["shorter than its header's length", new Uint8Array(7), "at least 8 bytes"],
    ["header longer than the file", headerLength(1000n), "got 1000"],
    ["header of 2^63 bytes", headerLength(2n ** 63n), "got 9223372036854775808"],
    ["header cut by a wrong length", headerLength(20n), "a header that is a JSON object"],
    ["header not JSON", safetensorsBytes("{what}"), 'got "{what}"'],
    ["header a list", safetensorsBytes([]), 'got "[]"'],
    ["header null", safetensorsBytes("null"), 'got "null"'],
    ["header with space before", safetensorsBytes(" {}"), "JSON object"],
    ["header no UTF-8", safetensorsBytes('{"\u00e9":1}').fill(0xc3, 10, 11).fill(0x28, 11, 12), "no UTF-8"],
    ["nested deep", safetensorsBytes(`{"w":${"[".repeat(1e5)}${"]".repeat(1e5)}}`), "dtype, shape"],
    ["shape nested deep", with4({ shape: JSON.parse("[".repeat(1000) + "]".repeat(1000)) }), "whole numbers"],
    [
      "a name twice",
      safetensorsBytes(
        '{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0077":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      ),
      '"w" twice',
    ],
    [
      "a key twice",
      safetensorsBytes('{"w":{"dtype":"F32","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
      '"dtype" twice',
    ],
    ["metadata not texts", safetensorsBytes({ __metadata__: { a: 1 } }), "__metadata__ to be texts"],
    ["metadata a list", safetensorsBytes({ __metadata__: ["a"] }), "__metadata__ to be texts"],
    ["no shape", safetensorsBytes({ w: { dtype: "F32", data_offsets: [0, 0] } }), "dtype, shape and data_offsets"],
    ["a fourth key", with4({ more: 1 }), "dtype, shape and data_offsets"],
    ["dtype unknown", with4({ dtype: "F31" }), 'got "F31"'],
    ["dtype of the prototype", with4({ dtype: "constructor" }), 'got "constructor"'],
    ["dtype no text", with4({ dtype: ["F32"] }), "a dtype of safetensors"],
    ["negative size", with4({ shape: [-1] }), "whole numbers from 0 up, got [-1]"],
    ["negative sizes with a positive product", with4({ shape: [-1, -1] }), "whole numbers"],
    ["half a size", with4({ shape: [0.5, 2] }), "whole numbers"],
    ["size as text", with4({ shape: ["1"] }), "whole numbers"],
    ["shape no list", with4({ shape: 1 }), "whole numbers"],
    [
      "product beyond 2^53",
      with4({ shape: [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1] }),
      "at most 32 axes and 2147483647",
    ],
    ["absurd sizes beside a 0", with4({ shape: [2 ** 52, 2 ** 52, 0], data_offsets: [0, 0] }), "2147483647 elements"],
    ["33 axes", with4({ shape: Array(33).fill(1) }), "at most 32 axes"],
    ["offsets the wrong way round", with4({ data_offsets: [4, 0] }), "got data_offsets 4 to 0"],
    ["offsets of another length", with4({ shape: [2] }), "8 bytes for F32 [2]"],
    ["fractional offsets", with4({ data_offsets: [0.5, 4.5] }), "two data_offsets"],
    ["negative offsets", with4({ data_offsets: [-4, 0] }), "two data_offsets"],
    ["three offsets", with4({ data_offsets: [0, 4, 4] }), "two data_offsets"],
    ["weights beyond the end", with4({ data_offsets: [4, 8] }), "a gap"],
    ["body cut", safetensorsBytes({ w: bytes4 }, [0, 0, 0]), "4 bytes after the header, as its weights say, got 3"],
    ["body longer", safetensorsBytes({ w: bytes4 }, [0, 0, 0, 0, 0]), "got 5"],
    [
      "an overlap",
      safetensorsBytes({ v: bytes4, w: { ...bytes4, data_offsets: [2, 6] } }, [0, 0, 0, 0, 0, 0]),
      '"w" to begin at byte 4, where the weight before it ends, got byte 2, an overlap',
    ],
    ["two weights in one place", safetensorsBytes({ v: bytes4, w: bytes4 }, [0, 0, 0, 0]), "an overlap"],
    [
      "a gap",
      safetensorsBytes({ v: bytes4, w: { ...bytes4, data_offsets: [5, 9] } }, Array(9).fill(0)),
      "got byte 5, a gap",
    ],
  ])("%s", async (_, bytes, message) => {
    const source = countingSource(bytes);
    const refused = await openSafetensors(source).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WeightFileError);
    expect((refused as Error).message).toContain(message);
    expect((refused as Error).message).toMatch(/^counted: expected /);
    expect(source.asked.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(bytes.length);
  });
});

test("a header longer than any model's is refused before it is read", async () => {
  const asked: number[] = [];
  const huge = {
    name: "huge",
    size: 2 ** 40,
    read: async (_: number, length: number) => {
      asked.push(length);
      return new Uint8Array(length).fill(0xff, 0, 4);
    },
  };
  await expect(openSafetensors(huge)).rejects.toThrow("a safetensors header of at most 33554432 bytes, got 4294967295");
  expect(asked).toEqual([8, 248]);
});
