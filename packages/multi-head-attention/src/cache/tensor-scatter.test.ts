/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { reshape, tensor, toArray, toNested, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { CacheError } from "./cache-error.ts";
import { tensorScatter } from "./tensor-scatter.ts";

const past = tensor([
  [[1], [2], [3], [4]],
  [[5], [6], [7], [8]],
]);
const update = tensor([
  [[10], [20]],
  [[30], [40]],
]);
const places = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });

test("each batch element is written at its own place, and the past stays", () => {
  const present = tensorScatter(past, update, places(0, 2));
  expect(toNested(present)).toEqual([
    [[10], [20], [3], [4]],
    [[5], [6], [30], [40]],
  ]);
  expect(toArray(past)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("without places writing starts at 0", () => {
  expect(toArray(tensorScatter(past, update))).toEqual([10, 20, 3, 4, 30, 40, 7, 8]);
});

test("circular goes on at the beginning, linear refuses", () => {
  const present = tensorScatter(past, update, places(3, 1), { mode: "circular" });
  expect(toArray(present)).toEqual([20, 2, 3, 10, 5, 30, 40, 8]);
  expect(() => tensorScatter(past, update, places(3, 1))).toThrow(CacheError);
  expect(() => tensorScatter(past, update, places(3, 1))).toThrow(
    "2 tokens at place 3 of batch element 0 do not fit into 4",
  );
  expect(toArray(tensorScatter(past, update, places(7, 5), { mode: "circular" }))).toEqual(toArray(present));
  expect(() => tensorScatter(past, update, places(-1, 0), { mode: "circular" })).toThrow("whole places from 0");
});

test("another axis than the tokens' may be written", () => {
  const present = tensorScatter(reshape(past, [2, 1, 4]), reshape(update, [2, 1, 2]), places(1, 0), { axis: -1 });
  expect(toArray(present)).toEqual([1, 10, 20, 4, 30, 40, 7, 8]);
  expect(() => tensorScatter(past, update, undefined, { axis: 0 })).toThrow("after the batch");
});

test("an update of another shape is refused", () => {
  expect(() => tensorScatter(past, reshape(update, [4, 1, 1]))).toThrow("update must have shape");
  expect(() => tensorScatter(past, update, places(1))).toThrow("writeIndices must have shape");
});

const file = new URL("../../../../../shared/data/onnx/cases.json.gz", import.meta.url);
if (!existsSync(file))
  console.warn("skipped: the ONNX TensorScatter cases are not on this machine (../shared/data/onnx)");

interface OnnxTensor {
  readonly dims: number[];
  readonly type: number;
  readonly raw: string;
}
interface OnnxCase {
  readonly op: string;
  readonly attrs: { readonly mode?: "linear" | "circular"; readonly axis?: number };
  readonly tensors: Record<string, OnnxTensor>;
  readonly expected: Record<string, OnnxTensor>;
}

test.skipIf(!existsSync(file))("agrees with the ONNX TensorScatter cases", () => {
  const cases = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Record<string, OnnxCase>;
  const scatters = Object.values(cases).filter(({ op }) => op === "TensorScatter");
  expect(scatters.length).toBe(3);
  for (const { attrs, tensors, expected } of scatters) {
    const indices = tensors["write_indices"] && read(tensors["write_indices"]);
    const present = tensorScatter(read(tensors["past_cache"]), read(tensors["update"]), indices, attrs);
    expect(toArray(present)).toEqual(toArray(read(expected["present_cache"])));
  }
});

/** ONNX types 1 (float32) and 7 (int64). */
function read({ dims, type, raw }: OnnxTensor): Tensor {
  const bytes = Uint8Array.from(Buffer.from(raw, "base64")).buffer;
  return type === 7
    ? tensor(Int32Array.from(new BigInt64Array(bytes), Number), { shape: dims })
    : tensor(new Float32Array(bytes), { shape: dims });
}
