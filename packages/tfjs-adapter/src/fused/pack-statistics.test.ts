import { tensor, toArray } from "@fovea/tensor";
import { expect, test } from "vitest";
import { packStatistics, unpackStatistics } from "./pack-statistics.ts";

test("float64 statistics pass through float32 without losing a bit", () => {
  const rowMaximum = tensor([[[Math.PI * 1e8, -Infinity, NaN, -1e-9 / 3, Infinity, -3.4e38]]], { dtype: "float64" });
  const rowTotal = tensor([[[1 + 2 ** -52, 0, NaN, 1e6 / 7, NaN, 1]]], { dtype: "float64" });
  const packed = packStatistics({ rowMaximum, rowTotal, threshold: null });
  expect([packed?.dtype, packed?.shape]).toEqual(["float32", [2, 3, 1, 1, 6]]);
  const back = unpackStatistics(packed!, "softmaxPlusOne");
  expect([back.rowMaximum, back.rowTotal].map((part) => toArray(part!))).toEqual(
    [rowMaximum, rowTotal].map((part) => toArray(part)),
  );
  expect(back.threshold).toBeNull();
});

test("sparsemax and entmax15 remember a threshold, sigmoid and relu nothing", () => {
  const rowMaximum = tensor([[[5]]], { dtype: "float64" });
  const threshold = tensor([[[-0.1]]], { dtype: "float64" });
  const packed = packStatistics({ rowMaximum, rowTotal: null, threshold });
  for (const normalizer of ["sparsemax", "entmax15"] as const) {
    expect(unpackStatistics(packed!, normalizer)).toEqual({ rowMaximum, rowTotal: null, threshold });
  }
  expect(packStatistics({ rowMaximum, rowTotal: null, threshold: null })).toBeNull();
});
