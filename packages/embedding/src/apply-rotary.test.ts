/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { assertAllClose, at, randomGenerator, tensor, toArray, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { applyRotary, applyRotaryGradient, rotaryTransform } from "./apply-rotary.ts";
import { EmbeddingError } from "./embedding-error.ts";
import { rotaryTables } from "./rotary-tables.ts";

const layouts = ["interleaved", "halves"] as const;

test("position 1 turns the first pair by one radian", () => {
  const tables = rotaryTables({ positions: 2, rotaryDim: 4 });
  const vectors = tensor([
    [
      [
        [1, 0, 1, 0],
        [1, 0, 1, 0],
      ],
    ],
  ]);
  // sin 1 = 0.841471, cos 1 = 0.540302; second frequency 1/100: sin 0.01 = 0.0099998
  const turned = applyRotary(vectors, tables);
  assertAllClose(
    turned,
    tensor([
      [
        [
          [1, 0, 1, 0],
          [0.540302, 0.841471, 0.99995, 0.0099998],
        ],
      ],
    ]),
    { absolute: 1e-6 },
  );
});

test("halves pairs each dimension with the one half a rotation away", () => {
  const tables = rotaryTables({ positions: 2, rotaryDim: 4 });
  const turned = applyRotary(tensor([[[[1, 1, 0, 0]]]]), tables, { layout: "halves", positions: 1 });
  assertAllClose(turned, tensor([[[[0.540302, 0.99995, 0.841471, 0.0099998]]]]), { absolute: 1e-6 });
});

test("dimensions past rotaryDim pass through untouched", () => {
  const vectors = randomGenerator(1).normal([1, 2, 3, 6]);
  for (const layout of layouts) {
    const turned = applyRotary(vectors, rotaryTables({ positions: 3, rotaryDim: 4 }), { layout });
    for (const column of [4, 5]) expect(at(turned, 0, 1, 2, column)).toBe(at(vectors, 0, 1, 2, column));
    expect(at(turned, 0, 1, 2, 0)).not.toBe(at(vectors, 0, 1, 2, 0));
  }
});

test("the product of a query and a key depends only on how far apart they are", () => {
  const tables = rotaryTables({ positions: 40, rotaryDim: 8 });
  const [query, key] = [randomGenerator(2), randomGenerator(3)].map((random) =>
    random.normal([1, 1, 1, 8], { dtype: "float64" }),
  );
  for (const layout of layouts) {
    const product = (queryAt: number, keyAt: number): number =>
      dot(
        applyRotary(query, tables, { layout, positions: queryAt }),
        applyRotary(key, tables, { layout, positions: keyAt }),
      );
    expect(product(12, 5)).toBeCloseTo(product(39, 32), 5);
    expect(Math.abs(product(12, 5) - product(12, 6))).toBeGreaterThan(1e-3);
  }
});

test("the gradient is the transpose of the turn, magnitude included", () => {
  // (R x) · y = x · (Rᵀ y) for a linear map
  const tables = rotaryTables({ positions: 9, rotaryDim: 4, scaling: { type: "yarn", factor: 4, trainedLength: 16 } });
  const [x, y] = [randomGenerator(4), randomGenerator(5)].map((random) =>
    random.normal([2, 3, 4, 6], { dtype: "float64" }),
  );
  const positions = tensor(
    [
      [0, 3, 1, 8],
      [2, 2, 5, 7],
    ],
    { dtype: "int32" },
  );
  for (const layout of layouts) {
    const forward = dot(applyRotary(x, tables, { layout, positions }), y);
    expect(dot(x, applyRotaryGradient(y, tables, { layout, positions }))).toBeCloseTo(forward, 10);
    const bound = rotaryTransform(tables, { layout });
    expect(dot(bound.apply(x, positions), y)).toBe(forward);
    expect(dot(x, bound.gradient(y, positions))).toBeCloseTo(forward, 10);
  }
});

test("tables of positions per token equal rows picked by position", () => {
  const x = randomGenerator(6).normal([2, 1, 2, 4]);
  const positions = tensor(
    [
      [3, 1],
      [0, 2],
    ],
    { dtype: "int32" },
  );
  const picked = applyRotary(x, rotaryTables({ positions: 4, rotaryDim: 4 }), { positions });
  const perToken = applyRotary(x, rotaryTables({ positions, rotaryDim: 4 }));
  expect(toArray(perToken)).toEqual(toArray(picked));
});

test("positions past the tables and tables wider than a head are refused", () => {
  const tables = rotaryTables({ positions: 4, rotaryDim: 8 });
  const x = randomGenerator(7).normal([1, 1, 2, 8]);
  expect(() => applyRotary(x, tables, { positions: 3 })).toThrow(EmbeddingError);
  expect(() => applyRotary(x, tables, { positions: 3 })).toThrow("from 0 to 3, got 4 for token 1 of batch element 0");
  expect(() => applyRotary(x, tables, { layout: "neox" as "halves" })).toThrow("one of interleaved, halves, got neox");
  expect(() => applyRotary(randomGenerator(7).normal([1, 1, 2, 6]), tables)).toThrow(
    "tables rotate 8 dimensions, the vectors have 6",
  );
});

const file = new URL("../../../../shared/data/onnx/cases.json.gz", import.meta.url);
if (!existsSync(file))
  console.warn("skipped: the ONNX RotaryEmbedding cases are not on this machine (../shared/data/onnx)");

test.skipIf(!existsSync(file))("agrees with the ONNX RotaryEmbedding cases", () => {
  const cases = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Record<string, OnnxCase>;
  const rotary = Object.entries(cases).filter(([, { op }]) => op === "RotaryEmbedding");
  expect(rotary.length).toBe(3);
  for (const [, { attrs, tensors, expected }] of rotary) {
    const layout = attrs["interleaved"] === 1 ? "interleaved" : "halves";
    const tables = { cos: read(tensors["cos_cache"]), sin: read(tensors["sin_cache"]) };
    const actual = applyRotary(read(tensors["input"]), tables, { layout, positions: read(tensors["position_ids"]) });
    assertAllClose(actual, read(expected["output"]), { absolute: 1e-6 });
  }
});

interface OnnxTensor {
  readonly dims: number[];
  readonly type: number;
  readonly raw: string;
}
interface OnnxCase {
  readonly op: string;
  readonly attrs: Record<string, unknown>;
  readonly tensors: Record<string, OnnxTensor>;
  readonly expected: Record<string, OnnxTensor>;
}

/** ONNX types 1 (float32) and 7 (int64). */
function read({ dims, type, raw }: OnnxTensor): Tensor {
  const bytes = Uint8Array.from(Buffer.from(raw, "base64")).buffer;
  return type === 7
    ? tensor(Int32Array.from(new BigInt64Array(bytes), Number), { shape: dims })
    : tensor(new Float32Array(bytes), { shape: dims });
}

function dot(a: Tensor, b: Tensor): number {
  const other = toArray(b);
  return toArray(a).reduce((sum, value, i) => sum + value * other[i], 0);
}

test("neighbors turn together and positions count from 0 where nothing is said", () => {
  const tables = rotaryTables({ positions: 3, rotaryDim: 4 });
  const x = randomGenerator(8).normal([1, 2, 3, 4]);
  const spelled = applyRotary(x, tables, { layout: "interleaved", positions: 0 });
  expect(toArray(applyRotary(x, tables))).toEqual(toArray(spelled));
});

test("the last row of the tables and all of a head may be used, and not one more", () => {
  const tables = rotaryTables({ positions: 4, rotaryDim: 8 });
  const x = randomGenerator(9).normal([1, 1, 2, 8]);
  const picked = applyRotary(x, tables, { positions: tensor([[2, 3]], { dtype: "int32" }) });
  expect(toArray(applyRotary(x, tables, { positions: 2 }))).toEqual(toArray(picked));
  for (const positions of [-1, 0.5, NaN]) {
    expect(() => applyRotary(x, tables, { positions })).toThrow("whole numbers from 0 to 3");
  }
});
