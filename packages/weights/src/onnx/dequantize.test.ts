import { tensor, toArray, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { WeightFileError } from "../weight-file-error.ts";
import { createWeightFile } from "../weight-file.ts";
import { WeightNameError } from "../weight-name-error.ts";
import { dequantize } from "./dequantize.ts";

/** A file of these weights. */
function fileOf(weights: Record<string, Tensor>): ReturnType<typeof createWeightFile> {
  const entries = Object.entries(weights).map(([name, weight]) => {
    const { shape, dtype } = weight;
    return [name, { shape, dtype, tensorDType: dtype, bytes: 0, read: async () => weight }] as const;
  });
  return createWeightFile("a file", new Map(entries));
}

const values = tensor([0, 128, 255, 130, 127, 1], { shape: [2, 3], dtype: "uint8" });
const names = { values: "v", scale: "s", zeroPoint: "z" };
const scalar = (value: number): Tensor => tensor(value, { shape: [] });

test("(value - zero point) × scale", async () => {
  const file = fileOf({ v: values, s: scalar(0.5), z: scalar(128) });
  const floats = await dequantize(file, names);
  expect([floats.shape, floats.dtype]).toEqual([[2, 3], "float32"]);
  expect(toArray(floats)).toEqual([-64, 0, 63.5, 1, -0.5, -63.5]);
});

test("without a zero point it is 0, and one number may stand in a list", async () => {
  const file = fileOf({ v: tensor([-128, 127], { dtype: "int32" }), s: tensor([2]) });
  expect(toArray(await dequantize(file, { values: "v", scale: "s" }))).toEqual([-256, 254]);
});

test.each([
  ["the first axis", 0, [1, 10], [0, 100], [0, 128, 255, 300, 270, -990]],
  ["the second axis, the default", undefined, [1, 10, 2], [0, 100, 5], [0, 280, 500, 130, 270, -8]],
  ["the last axis", -1, [1, 10, 2], [0, 100, 5], [0, 280, 500, 130, 270, -8]],
  ["the first of two from the end", -2, [1, 10], [0, 100], [0, 128, 255, 300, 270, -990]],
])("scales along %s", async (_, axis, scales, zeros, expected) => {
  const file = fileOf({ v: values, s: tensor(scales), z: tensor(zeros) });
  expect(toArray(await dequantize(file, names, axis === undefined ? {} : { axis }))).toEqual(expected);
});

test("what does not fit is refused", async () => {
  const one = scalar(1);
  const cases: [Record<string, Tensor>, string][] = [
    [
      { v: values, s: tensor([1, 1]), z: tensor([0, 0]) },
      'expected 1 scale or one for each index of axis 1 of "v" [2, 3], got 2',
    ],
    [{ v: values, s: one, z: tensor([0, 0]) }, "expected 1 zero points, got 2"],
    [{ v: values, s: scalar(Infinity), z: one }, 'expected "s" to be finite, got Infinity'],
    [{ v: values, s: one, z: scalar(NaN) }, 'expected "z" to be finite, got NaN'],
  ];
  for (const [weights, message] of cases) {
    const error = await dequantize(fileOf(weights), names).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(WeightFileError);
    expect((error as Error).message).toContain(message);
  }
  await expect(dequantize(fileOf({ v: values, z: one }), names)).rejects.toThrow(WeightNameError);
});
