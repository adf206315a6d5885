import { attention, referenceBackend, type AttentionOptions } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { assertAllClose, cast, randomGenerator, slice, transpose, type DType, type Tensor } from "@fovea/tensor";
import { afterAll, expect, test } from "vitest";
import { createWasmBackend } from "./wasm-backend.ts";

const backends = [true, false].map((relaxedSimd) => createWasmBackend({ relaxedSimd, threads: 1 }));
afterAll(() => backends.forEach((backend) => backend.dispose()));

const random = randomGenerator(21);
const normal = (shape: readonly number[], dtype: DType = "float32"): Tensor => random.normal(shape, { dtype });

const byHead = (tensor: Tensor): Tensor => transpose(tensor, [0, 2, 1, 3]);

function expectReference(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions = {}): void {
  const all = { ...options, returns: { logSumExp: true } };
  const expected = attention(query, key, value, { ...all, backend: referenceBackend });
  for (const backend of backends) {
    const actual = attention(query, key, value, { ...all, backend });
    assertAllClose(actual.output, expected.output, { absolute: 2e-6, relative: 2e-6 });
    assertAllClose(actual.logSumExp as Tensor, expected.logSumExp as Tensor, { absolute: 2e-6, relative: 1e-6 });
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 37, 80, 96, 128, 256])(
  "heads of %d, values of any size beside them",
  (headDim) => {
    expect.hasAssertions();
    const shape = [1, 2, 23, headDim];
    for (const valueDim of [headDim, 1, 13]) {
      expectReference(normal(shape), normal([1, 1, 23, headDim]), normal([1, 1, 23, valueDim]), { mask: causal() });
    }
    expect(backends[0].compilations).toBeGreaterThan(0);
  },
);

test.each(["float16", "bfloat16"] as const)("%s keys, values and queries, also in the backend's memory", (dtype) => {
  const [query, key, value] = [normal([2, 4, 11, 12]), normal([2, 2, 30, 12]), normal([2, 2, 30, 9])];
  const narrow = [query, key, value].map((tensor) => cast(tensor, dtype));
  expectReference(narrow[0], narrow[1], narrow[2]);
  expectReference(query, narrow[1], narrow[2], { mask: causal(), queryOffset: 19 });
  for (const backend of backends) {
    const [q, k, v]: Tensor[] = narrow.map((tensor) => backend.upload(tensor));
    const { output } = attention(q, k, v, { backend });
    assertAllClose(output, attention(narrow[0], narrow[1], narrow[2]).output, { absolute: 2e-6, relative: 2e-6 });
  }
});

test("views: tokens before heads, every second key, keys backwards", () => {
  const [query, key, value] = [normal([2, 9, 4, 6]), normal([2, 40, 2, 6]), normal([2, 40, 2, 7])];
  expectReference(byHead(query), byHead(key), byHead(value));
  for (const range of [
    [0, 40, 2],
    [39, null, -1],
  ] as const) {
    const some = (tensor: Tensor): Tensor => slice(byHead(tensor), [null, null, range]);
    expectReference(byHead(query), some(key), some(value));
  }
  for (const backend of backends) {
    const [q, k, v]: Tensor[] = [query, key, value].map((tensor) => backend.upload(tensor));
    const { output } = attention(byHead(q), byHead(k), byHead(v), { backend });
    assertAllClose(output, attention(byHead(query), byHead(key), byHead(value)).output, { absolute: 2e-6 });
  }
});

test("thousands of keys, so that a row's maximum grows over many tiles", () => {
  const key = normal([1, 1, 2000, 5]);
  for (let i = 0; i < key.data.length; i++) key.data[i] *= 1 + i / 2000;
  expectReference(normal([1, 2, 8, 5]), key, normal([1, 1, 2000, 5]));
});

test.each([
  [287, 255, 8],
  [289, 257, 8],
  [580, 300, 70],
  [193, 520, 129],
])("%d queries of %d keys, around the edges of tiles, heads of %d", (queries, keys, headDim) => {
  const [query, key, value] = [
    normal([1, 2, queries, headDim]),
    normal([1, 1, keys, headDim]),
    normal([1, 1, keys, 5]),
  ];
  expectReference(query, key, value);
  expectReference(query, key, value, { mask: causal(), queryOffset: keys - queries });
  expectReference(query, key, value, { score: ({ score, head }) => score.multiply(head.add(1).toFloat()) });
});
