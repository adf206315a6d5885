import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toArray } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { fileSource } from "../file-source.ts";
import { tfliteBytes } from "../fixtures/tflite-bytes.ts";
import type { TfliteTensor } from "../fixtures/tflite-bytes.ts";
import { readAll } from "../require-all.ts";
import { WeightFileError } from "../weight-file-error.ts";
import type { WeightFile } from "../weight-file.ts";
import { openTflite } from "./open-tflite.ts";

const kwt1 = join(import.meta.dirname, "../../../../../shared/data/kwt1/kwt1.tflite");

/** The bytes of numbers. */
const raw = (array: { readonly buffer: ArrayBuffer }): Uint8Array<ArrayBuffer> => new Uint8Array(array.buffer);
const weight: TfliteTensor = { name: "w", shape: [2], data: raw(new Float32Array([1.5, -2])) };

test.skipIf(!existsSync(kwt1))(
  "a keyword spotter has its layers and its front end (without its file: skipped)",
  async () => {
    const file = await openTflite(await fileSource(kwt1));
    expect(file.names.length).toBe(196);
    expect([...file.metadata]).toEqual([["description", "MLIR Converted."]]);
    expect(file.info("kws_transformer/transformer_block_11/sequential_11/dense_71/Tensordot/MatMul")).toEqual({
      shape: [256, 64],
      dtype: "float32",
      tensorDType: "float32",
      bytes: 65_536,
    });
    // frame f holds the blocks f, f + 1 and f + 2
    const frames = await file.tensor("speech_features/data_frame/frame/add_1");
    expect(frames).toMatchObject({ shape: [98, 3], dtype: "int32" });
    expect(toArray(frames)).toEqual(Array.from({ length: 294 }, (_, i) => Math.floor(i / 3) + (i % 3)));
    // the first row of an orthonormal DCT over 80 numbers is sqrt(1 / 80), here scaled by sqrt(2)
    const [first] = toArray(await file.tensor("speech_features/dct/MatMul"));
    expect(first).toBeCloseTo(Math.sqrt(2 / 80), 7);
    for (const weight of (await readAll(file)).values()) expect(toArray(weight).every(Number.isFinite)).toBe(true);
  },
);

test.each<[string, TfliteTensor, string, number[]]>([
  ["FLOAT32", weight, "float32", [1.5, -2]],
  ["FLOAT16", { type: 1, data: raw(new Uint16Array([0x3c00, 0xc000])) }, "float16", [1, -2]],
  ["INT32", { type: 2, data: raw(new Int32Array([-(2 ** 31), 5])) }, "int32", [-(2 ** 31), 5]],
  ["UINT8", { type: 3, data: new Uint8Array([0, 255]) }, "uint8", [0, 255]],
  ["INT64", { type: 4, data: raw(new BigInt64Array([-7n, 5n])) }, "int32", [-7, 5]],
  ["BOOL", { type: 6, data: new Uint8Array([1, 0]) }, "bool", [1, 0]],
  ["INT16", { type: 7, data: raw(new Int16Array([-32768, 5])) }, "int32", [-32768, 5]],
  ["INT8", { type: 9, data: raw(new Int8Array([-128, 127])) }, "int32", [-128, 127]],
  ["FLOAT64", { type: 10, data: raw(new Float64Array([0.1, -2])) }, "float64", [0.1, -2]],
  ["UINT64", { type: 12, data: raw(new BigUint64Array([7n, 5n])) }, "int32", [7, 5]],
  ["UINT32", { type: 15, data: raw(new Uint32Array([7, 5])) }, "int32", [7, 5]],
  ["UINT16", { type: 16, data: raw(new Uint16Array([65535, 5])) }, "int32", [65535, 5]],
  ["BFLOAT16", { type: 18, data: raw(new Uint16Array([0x3f80, 0xc000])) }, "bfloat16", [1, -2]],
])("constants of %s", async (_, tensor, dtype, numbers) => {
  const file = await openTflite(tfliteBytes([{ name: "w", shape: [2, 1], ...tensor, data: tensor.data! }]));
  const read = await file.tensor("w");
  expect(read.dtype).toBe(dtype);
  expect(file.info("w").tensorDType).toBe(dtype);
  expect(toArray(read)).toEqual(numbers);
});

test("what the model computes is no weight; a name left out or taken gets the tensor's number", async () => {
  const constant = { shape: [], data: raw(new Float32Array([3])) };
  const file = await openTflite(
    tfliteBytes([{ name: "x", shape: [1, 5] }, { name: "a", ...constant }, { name: "a", ...constant }, constant]),
  );
  expect(file.names).toEqual(["a", "a#2", "#3"]);
  expect(toArray(await file.tensor("#3"))).toEqual([3]);
  expect([...file.metadata]).toEqual([["description", "a test's"]]);
});

test("tensors may have their numbers in common", async () => {
  const file = await openTflite(tfliteBytes([weight, { name: "v", shape: [2, 1], buffer: 1 }]));
  expect(toArray(await file.tensor("v"))).toEqual([1.5, -2]);
});

describe("quantized numbers become what they stand for:", () => {
  const bytes = raw(new Int8Array([-3, 0, 1, 2, 3, 4]));
  test.each<[string, TfliteTensor, number[]]>([
    ["one scale", { type: 9, scale: [0.5], zeroPoint: [1] }, [-2, -0.5, 0, 0.5, 1, 1.5]],
    ["no zero point", { type: 9, scale: [2] }, [-6, 0, 2, 4, 6, 8]],
    ["a scale for each row", { type: 9, scale: [1, 2], zeroPoint: [0, 1] }, [-3, 0, 1, 2, 4, 6]],
    ["a scale for each column", { type: 9, scale: [1, 10, 100], axis: 1 }, [-3, 0, 100, 2, 30, 400]],
    ["uint8", { type: 3, scale: [1], zeroPoint: [128] }, [125, -128, -127, -126, -125, -124]],
  ])("%s", async (_, tensor, numbers) => {
    const file = await openTflite(tfliteBytes([{ name: "w", shape: [2, 3], data: bytes, ...tensor }]));
    expect(file.info("w")).toMatchObject({ dtype: tensor.type === 9 ? "int8" : "uint8", tensorDType: "float32" });
    const read = await file.tensor("w");
    expect(read.dtype).toBe("float32");
    expect(toArray(read)).toEqual(numbers);
  });
});

test.each<[string, TfliteTensor, string]>([
  ["texts", { type: 5 }, "got texts"],
  ["four bits", { type: 17 }, "got int4"],
  ["a type of the future", { type: 99 }, "got tensor type 99"],
  ["sparse", { isSparse: true }, "got a sparse tensor"],
  ["a scale for floats", { scale: [1] }, "got float32 with a scale"],
  ["quantized otherwise", { hasDetails: true }, "got a tensor quantized in a way of its own"],
  ["numbers behind the flatbuffer, as in models above 2 GB", { isAppended: true }, "got numbers behind the flatbuffer"],
])("%s: left out of the names, asking for it says why", async (_, tensor, message) => {
  const file = await openTflite(
    tfliteBytes([
      { ...weight, ...tensor },
      { ...weight, name: "good" },
    ]),
  );
  expect(file.names).toEqual(["good"]);
  await expect(file.tensor("w")).rejects.toThrow(message);
});

test("biases of 64 bits with a scale, as 16 × 8 quantization stores them, become floats, also beyond 32 bits", async () => {
  const data = raw(new BigInt64Array([-3n, 2n ** 40n, 5n]));
  const file = await openTflite(tfliteBytes([{ name: "b", shape: [3], type: 4, data, scale: [0.5, 2 ** -40, 3] }]));
  expect(file.info("b")).toEqual({ shape: [3], dtype: "int64", tensorDType: "float32", bytes: 24 });
  expect(toArray(await file.tensor("b"))).toEqual([-1.5, 1, 15]);
});

test("an int64 beyond 32 bits is refused when it is read", async () => {
  const file = await openTflite(tfliteBytes([{ name: "w", type: 4, data: raw(new BigInt64Array([2n ** 40n])) }]));
  await expect(file.tensor("w")).rejects.toThrow("got 1099511627776 at element 0");
});

describe("a hostile model is refused at opening:", () => {
  const model = tfliteBytes([weight]);
  /** The model with another 32-bit number at a byte. */
  const patched = (at: number, value: number): Uint8Array => {
    const bytes = model.slice();
    new DataView(bytes.buffer).setInt32(at, value, true);
    return bytes;
  };
  const at = (text: string): number => Buffer.from(model).indexOf(text);
  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(0), "expected a TensorFlow Lite model (TFL3), got something else"],
    ["another format", new TextEncoder().encode("nothing of the kind"), "got something else"],
    ["another identifier", tfliteBytes([weight], { identifier: "TFL2" }), "got something else"],
    ["a root beyond the file", patched(0, 1_000_000), "offsets stay within"],
    ["a root before the file", patched(0, -8), "offsets stay within"],
    ["fields of the root beyond the file", patched(new DataView(model.buffer).getInt32(0, true), -1e6), "offsets stay"],
    ["a name longer than the file", patched(at("w\0") - 4, 2 ** 31 - 1), "2147483647 bytes at byte"],
    ["a name of negative length", patched(at("w\0") - 4, -1), "4294967295 bytes at byte"],
    ["no subgraph", tfliteBytes([weight], { subgraphs: 0 }), "a model with a subgraph, got none"],
    ["a buffer that there is not", tfliteBytes([{ ...weight, buffer: 9 }]), "the number of one of 2 buffers, got 9"],
    [
      "fewer bytes than the shape",
      tfliteBytes([{ ...weight, shape: [3] }]),
      '"w" to have 12 bytes for float32 [3], got 8',
    ],
    ["more bytes than the shape", tfliteBytes([{ ...weight, shape: [1] }]), "got 8"],
    ["a shape beyond all memory", tfliteBytes([{ ...weight, shape: [2 ** 30, 2 ** 30] }]), "2147483647 elements"],
    ["a negative size", tfliteBytes([{ ...weight, shape: [-2] }]), "whole numbers from 0 up"],
    ["far too many axes", tfliteBytes([{ ...weight, shape: Array(1e5).fill(1) }]), "at most 32 axes"],
    ["a scale too many", tfliteBytes([{ ...weight, type: 9, shape: [8], scale: [1, 2] }]), "got 2 and 0"],
    [
      "a zero point too many",
      tfliteBytes([{ ...weight, type: 9, shape: [8], scale: [1], zeroPoint: [1, 2] }]),
      "got 1 and 2",
    ],
    [
      "an axis that there is not",
      tfliteBytes([{ ...weight, type: 9, shape: [8], scale: Array(8).fill(1), axis: 1 }]),
      "along axis 1",
    ],
    ["two buffers in one place", overlapping(), "every buffer in a place of its own"],
    ["a tensor listed twice", twiceListed(), "every tensor in a place of its own"],
    ["more tensors than any model", manyTensors(), "at most 100000 tensors, got 300000"],
  ])("%s", async (_, bytes, message) => {
    const refused = await openTflite(bytes).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WeightFileError);
    expect((refused as Error).message).toContain(message);
  });

  test("many tensors that share one long name", async () => {
    const name = "n".repeat(1000);
    let bytes = tfliteBytes([{ ...weight, name }, ...Array.from({ length: 50 }, () => ({ ...weight, name: "other" }))]);
    const text = Buffer.from(bytes);
    for (let other = text.indexOf("other\0"); other >= 0; other = text.indexOf("other\0", other + 1)) {
      bytes = redirect(bytes, other - 4, text.indexOf(name) - 4);
    }
    await expect(openTflite(bytes)).rejects.toThrow("names that are shorter than the file");
  });

  test("cut anywhere, where more than padding is lost", async () => {
    for (let length = 0; length < model.length; length++) {
      const file = await openTflite(model.subarray(0, length)).catch((error: unknown) => error);
      if (file instanceof WeightFileError) continue;
      expect(length).toBeGreaterThanOrEqual(at("w\0") + 1);
      expect(toArray(await (file as WeightFile).tensor("w"))).toEqual([1.5, -2]);
    }
  });

  test.skipIf(!existsSync(kwt1))("a real model cut anywhere (without its file: skipped)", async () => {
    const bytes = readFileSync(kwt1);
    for (let length = 0; length < bytes.length - 9973; length += 9973) {
      await expect(openTflite(bytes.subarray(0, length))).rejects.toBeInstanceOf(WeightFileError);
    }
  });
});

/** What a hostile writer does: wherever an offset leads to one byte, it leads to another. */
function redirect(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const led = bytes.slice();
  const view = new DataView(led.buffer);
  for (let place = 0; place + 4 <= led.length; place += 4) {
    if (place + view.getInt32(place, true) === from) view.setInt32(place, to - place, true);
  }
  return led;
}

/** Two buffers whose numbers are the same bytes. */
function overlapping(): Uint8Array {
  const [one, other] = [raw(new Float32Array([1.5, -2])), raw(new Float32Array([7, 7]))];
  const bytes = tfliteBytes([weight, { ...weight, name: "v", data: other }]);
  const text = Buffer.from(bytes);
  return redirect(bytes, text.indexOf(other) - 4, text.indexOf(one) - 4);
}

/** A list of tensors that says it is longer than it is, in a file that is as long as that. */
/** 77 tensors, of which the second is the first again: a file of little could so list one tensor for ever. */
function twiceListed(): Uint8Array {
  const bytes = tfliteBytes(Array.from({ length: 77 }, () => weight));
  const first = Buffer.from(bytes).indexOf(raw(new Int32Array([77]))) + 4;
  const view = new DataView(bytes.buffer);
  // offsets count from where they stand
  view.setInt32(first + 4, view.getInt32(first, true) - 4, true);
  return bytes;
}

function manyTensors(): Uint8Array {
  const bytes = tfliteBytes(Array.from({ length: 77 }, () => weight));
  const whole = new Uint8Array(2_000_000);
  whole.set(bytes);
  const length = Buffer.from(bytes).indexOf(raw(new Int32Array([77])));
  new DataView(whole.buffer).setInt32(length, 300_000, true);
  return whole;
}
