import { causal } from "@fovea/masking";
import { grads, tidy, type Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { attention } from "./attention.ts";
import { normals, toTf } from "./testing/convert.ts";
import { backendNames, useBackend } from "./testing/use-backend.ts";

const normal = normals(6);

const [query, key, value] = [
  [1, 2, 5, 3],
  [1, 1, 5, 3],
  [1, 1, 5, 2],
].map(normal);

const attend =
  (kernels: "fused" | "composite") =>
  (q: Tensor, k: Tensor, v: Tensor): Tensor =>
    attention(q, k, v, { mask: causal(), queryOffset: -1, keyLengths: [4], kernels });

/** Output and gradients where the last key may hold anything, and no query sees it. */
function results(wild: number, kernels: "fused" | "composite"): number[][] {
  return tidy(() => {
    const inputs = [query, key, value].map((input) => toTf(input));
    const [spoiltKey, spoiltValue] = [key, value].map((input) => {
      const data = input.data.slice() as Float32Array;
      data.fill(wild, (data.length / 5) * 4);
      return toTf({ ...input, data });
    });
    const all = [inputs[0], spoiltKey, spoiltValue];
    const run = attend(kernels);
    return [run(inputs[0], spoiltKey, spoiltValue), ...grads(run)(all)].map((tensor) => Array.from(tensor.dataSync()));
  });
}

describe.each(backendNames)("what may not be seen, on %s", (backend) => {
  useBackend(backend);

  test.each(["fused", "composite"] as const)("%s: changes no bit, forward or backward", (kernels) => {
    const plain = results(0, kernels);
    expect(plain.flat().every(Number.isFinite)).toBe(true);
    for (const wild of [NaN, Infinity, -Infinity, 3e38]) expect(results(wild, kernels)).toEqual(plain);
  });

  test.each(["fused", "composite"] as const)("%s: a row that sees nothing is zero, with zero gradients", (kernels) => {
    const [output, ofQuery] = results(0, kernels);
    // queryOffset -1: the first query of each head stands before the first key
    for (const head of [0, 1]) {
      expect(output.slice(head * 10, head * 10 + 2)).toEqual([0, 0]);
      expect(ofQuery.slice(head * 15, head * 15 + 3)).toEqual([0, 0, 0]);
    }
  });
});
