import { tensor1d, tidy } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { backendNames, useBackend } from "../testing/use-backend.ts";
import { truncate } from "./truncate.ts";

describe.each(backendNames)("whole numbers on the composite path, on %s", (backend) => {
  useBackend(backend);

  test.each([
    ["towards zero", [0, 0.9, -0.9, 1.5, -1.5, 7], [0, 0, 0, 1, -1, 7]],
    [
      "up to the largest int",
      [2 ** 31 - 128, 2 ** 31, 2 ** 31 + 256, 1e30, Infinity],
      [2147483520, 2147483647, 2147483647, 2147483647, 2147483647],
    ],
    [
      "down to the least",
      [-(2 ** 31) + 128, -(2 ** 31), -(2 ** 31) - 256, -1e30, -Infinity],
      [-2147483520, -2147483648, -2147483648, -2147483648, -2147483648],
    ],
    ["0 for what is no number", [Number.NaN, 3], [0, 3]],
  ])("%s", (_, given, expected) => {
    expect(tidy(() => Array.from(truncate(tensor1d(given)).dataSync()))).toEqual(expected);
  });
});
