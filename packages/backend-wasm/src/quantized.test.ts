import {
  attention,
  attentionGradients,
  normalizers,
  prepareCall,
  type AttentionOptions,
} from "@fovea/dot-product-attention";
import { KeyValueCache } from "@fovea/multi-head-attention";
import {
  assertAllClose,
  dequantizeRows,
  DTypeError,
  quantizedTensor,
  quantizeRows,
  randomGenerator,
  sliceRows,
  toArray,
  transpose,
  zeros,
  type QuantizedTensor,
  type Tensor,
} from "@fovea/tensor";
import { afterAll, expect, test } from "vitest";
import { createWasmBackend } from "./wasm-backend.ts";

const random = randomGenerator(23);
const normal = (...shape: number[]): Tensor => random.normal(shape);
const backend = createWasmBackend({ threads: 1 });
afterAll(() => backend.dispose());

/** Against the reference on the numbers that int8 stands for. */
function expectAgreement(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
  absolute = 2e-6,
): void {
  const numbers = [key, value].map((t) => (t.dtype === "int8" ? dequantizeRows(t as QuantizedTensor) : t));
  const expected = attention(query, numbers[0], numbers[1], options).output;
  assertAllClose(attention(query, key, value, { ...options, backend }).output, expected, { absolute, relative: 2e-6 });
}

const causal: AttentionOptions = { mask: ({ query, key }) => key.lessEqual(query.add(30)) };

test.each([1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 31, 64, 65])("heads of %i, a few rows and many", (headDim) => {
  const valueDim = headDim === 1 ? 3 : headDim - 1;
  const [key, value] = [normal(2, 2, 301, headDim), normal(2, 2, 301, valueDim)];
  for (const queries of [1, 3, 40]) {
    const query = normal(2, 4, queries, headDim);
    expectAgreement(query, quantizeRows(key), quantizeRows(value), queries === 3 ? causal : {});
    expectAgreement(query, quantizeRows(key), value, causal);
    expectAgreement(query, key, quantizeRows(value));
  }
});

test.each(normalizers)("%s", (normalizer) => {
  const [key, value] = [quantizeRows(normal(1, 2, 70, 12)), quantizeRows(normal(1, 2, 70, 5))];
  const options = {
    normalizer,
    sinks: normalizer === "softmaxWithSink" ? normal(4) : null,
    score: normalizer === "sigmoid" || normalizer === "relu" ? ({ score }) => score.subtract(3) : null,
  } satisfies AttentionOptions;
  for (const queries of [1, 30]) expectAgreement(normal(1, 4, queries, 12), key, value, options, 1e-5);
});

test("without relaxed SIMD, and with a probability program", () => {
  const plain = createWasmBackend({ threads: 1, relaxedSimd: false });
  const [key, value] = [quantizeRows(normal(1, 1, 50, 9)), quantizeRows(normal(1, 1, 50, 9))];
  const query = normal(1, 2, 20, 9);
  const options: AttentionOptions = { ...causal, probability: ({ score }) => score.multiply(score) };
  expectAgreement(query, key, value, options);
  const expected = attention(query, dequantizeRows(key), dequantizeRows(value), options).output;
  assertAllClose(attention(query, key, value, { ...options, backend: plain }).output, expected, { absolute: 2e-6 });
  plain.dispose();
});

test("views of every kind, in the memory and outside", () => {
  const whole = quantizeRows(normal(3, 4, 40, 10));
  using uploaded = backend.upload(whole);
  for (const key of [whole, uploaded as Tensor as QuantizedTensor]) {
    const part = sliceRows(key, [[1, 3], [1, 3], [5, 33]]); // prettier-ignore
    const stepped = sliceRows(key, [[0, 2], [null, null, 2], [null, null, -3]]); // prettier-ignore
    const turned = quantizedTensor(transpose(key, [1, 0, 2, 3]), transpose(key.scales, [1, 0, 2]));
    for (const view of [part, stepped, turned]) {
      const [batch, keyHeads] = view.shape;
      for (const queries of [2, 30]) expectAgreement(normal(batch, 2 * keyHeads, queries, 10), view, view);
    }
  }
});

/** NaN and infinities as scales of all rows after the first 50 of 90. */
const spoil = (operand: QuantizedTensor): QuantizedTensor => {
  const scales = toArray(operand.scales).map((scale, row) => (row % 90 < 50 ? scale : row % 2 ? NaN : Infinity));
  return quantizedTensor(operand, { ...zeros([1, 2, 90]), data: Float32Array.from(scales) });
};

test("keys that are not seen may have any scale", () => {
  const [key, value] = [quantizeRows(normal(1, 2, 90, 8)), quantizeRows(normal(1, 2, 90, 8))];
  const options: AttentionOptions = { mask: ({ key }) => key.less(50), backend };
  for (const queries of [1, 30]) {
    const query = normal(1, 2, queries, 8);
    const { output } = attention(query, spoil(key), spoil(value), options);
    expect(toArray(output)).toEqual(toArray(attention(query, key, value, options).output));
    expect(toArray(attention(query, key, spoil(value), { backend }).output).every(Number.isNaN)).toBe(true);
  }
});

test("a cache of int8 lies in the memory and is read there, token by token", () => {
  const small = createWasmBackend({ threads: 1, maximumBytes: 2 ** 21 });
  const before = small.bytesInUse;
  // 2 × 2 heads × 4400 tokens × (48 bytes and a scale) are 900 KiB: as float32 they would not fit
  const cache = new KeyValueCache({ backend: small, dtype: "int8", capacity: 4400 });
  const [key, value] = [normal(1, 2, 4390, 48), normal(1, 2, 4390, 48)];
  cache.append(key, value);
  const held = small.bytesInUse - before;
  expect(held).toBeGreaterThanOrEqual(2 * 2 * 4400 * 52);
  expect(held).toBeLessThan(2 * 2 * 4400 * 53);
  attention(normal(1, 4, 1, 48), cache.key, cache.value, { backend: small });
  const inUse = small.bytesInUse;
  for (let token = 0; token < 10; token++) {
    cache.append(normal(1, 2, 1, 48), normal(1, 2, 1, 48));
    const query = normal(1, 4, 1, 48);
    const { output } = attention(query, cache.key, cache.value, { backend: small });
    const numbers = [cache.key, cache.value].map((t) => dequantizeRows(t as QuantizedTensor));
    assertAllClose(output, attention(query, numbers[0], numbers[1]).output, { absolute: 2e-6 });
  }
  expect(small.bytesInUse).toBe(inUse);
  expect(small.compilations).toBe(1);
  cache.dispose();
  expect(inUse - small.bytesInUse).toBe(held);
  small.dispose();
});

test("past keys join new ones", () => {
  const key = quantizeRows(normal(2, 2, 20, 6));
  const [past, fresh] = [sliceRows(key, [null, null, [0, 13]]), sliceRows(key, [null, null, [13, 20]])];
  const query = normal(2, 2, 7, 6);
  const options: AttentionOptions = { mask: ({ query, key }) => key.lessEqual(query), backend };
  const joined = attention(query, fresh, fresh, { ...options, past: { key: past, value: past } }).output;
  expect(toArray(joined)).toEqual(toArray(attention(query, key, key, { ...options, queryOffset: 13 }).output));
});

test("uploads are freed with their scales; gradients are refused", () => {
  const before = backend.bytesInUse;
  const key = quantizeRows(normal(1, 2, 9, 6));
  const uploaded = backend.upload(key);
  expect(backend.bytesInUse).toBeGreaterThan(before);
  expectAgreement(normal(1, 2, 3, 6), uploaded, key);
  uploaded.dispose();
  expect(backend.bytesInUse).toBe(before);
  const query = normal(1, 2, 3, 6);
  expect(() => attentionGradients(query, key, key, query, { backend })).toThrow(DTypeError);
  const { plan, call } = prepareCall(query, key, key, {}, backend);
  const kernel = backend.compile(plan);
  expect(() => kernel.backward(call, kernel.forward(call), query)).toThrow(DTypeError);
});
