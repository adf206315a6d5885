import {
  attention,
  AttentionError,
  attentionGradients,
  createPlan,
  type AttentionOptions,
} from "@fovea/dot-product-attention";
import { assertAllClose, randomGenerator, slice, tensor, toArray, transpose, zeros, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { BackendError } from "./backend-error.ts";
import type { WasmTensor } from "./memory/wasm-tensor.ts";
import { createWasmBackend, type WasmBackend } from "./wasm-backend.ts";

const random = randomGenerator(3);
const operands = (heads: number, queries: number, keys: number): [Tensor, Tensor, Tensor] => [
  random.normal([1, heads, queries, 16], { dtype: "float32" }),
  random.normal([1, heads, keys, 16], { dtype: "float32" }),
  random.normal([1, heads, keys, 16], { dtype: "float32" }),
];
const part = (t: Tensor): Tensor => slice(t, [null, null, [2, 9]]);
const causal: AttentionOptions = { mask: ({ query, key }) => key.lessEqual(query) };
const close = { absolute: 2e-6 };

test("plain tensors go in and come out; tensors in the memory stay there", () => {
  const backend = createWasmBackend({ threads: 1 });
  const [query, key, value] = operands(2, 5, 7);
  const expected = attention(query, key, value).output;
  const plain = attention(query, key, value, { backend }).output;
  const resident = attention(backend.upload(query), backend.upload(key), backend.upload(value), { backend }).output;
  assertAllClose(plain, expected, close);
  assertAllClose(resident, expected, close);
  expect(plain.data.length).toBe(2 * 5 * 16);
  expect(resident.data.buffer).toBe(backend.upload(query).data.buffer);
});

test("views of tensors in the memory are read where they are", () => {
  const backend = createWasmBackend({ threads: 1 });
  const [query, key, value] = operands(2, 6, 9);
  const swapped = backend.upload(transpose(query, [0, 2, 1, 3]));
  const seen = transpose(swapped, [0, 2, 1, 3]);
  const output = attention(seen, part(backend.upload(key)), part(backend.upload(value)), { backend }).output;
  assertAllClose(output, attention(query, part(key), part(value)).output, close);
});

test.each([2, 3, 5])("%i threads give the bits that one gives", async (threads) => {
  using one = createWasmBackend({ threads: 1 });
  using several = createWasmBackend({ threads });
  await several.startThreads();
  expect(several.threads).toBe(threads);
  const given = operands(3, 700, 700);
  // without a mask, how tall tiles are depends on the threads
  for (const masked of [causal, {}]) {
    const outputs = [one, several].map((backend) => toArray(attention(...given, { ...masked, backend }).output));
    expect(outputs[1]).toEqual(outputs[0]);
  }
});

test("new lengths, offsets and tables compile nothing", () => {
  const backend = createWasmBackend({ threads: 1 });
  for (let keys = 1; keys <= 300; keys += 13) {
    const bias = zeros([keys]);
    const score: AttentionOptions["score"] = (scope) => scope.score.add(scope.table("bias", bias).at(scope.key));
    attention(...operands(2, (keys % 5) + 1, keys), { score, ...causal, queryOffset: keys % 7, backend });
  }
  expect(backend.compilations).toBe(1);
});

const call = (backend: WasmBackend, keys: number): void => {
  attention(...operands(2, 3, keys), { ...causal, backend });
};

test("memory stays flat over calls of changing lengths", () => {
  const backend = createWasmBackend({ threads: 1 });
  call(backend, 64);
  const [bytes, inUse] = [backend.bytes, backend.bytesInUse];
  for (let i = 0; i < 2000; i++) call(backend, 1 + (i % 64));
  expect([backend.bytes, backend.bytesInUse]).toEqual([bytes, inUse]);
});

test("a call that fails gives back everything it had borrowed, and the next one works", () => {
  const backend = createWasmBackend({ threads: 1, maximumBytes: 2 ** 22 });
  call(backend, 8);
  const before = backend.bytesInUse;
  expect(() => call(backend, 40_000)).toThrow(BackendError);
  expect(() => call(backend, 40_000)).toThrow("out of memory");
  expect(backend.bytesInUse).toBe(before);
  call(backend, 8);
  const gone = backend.upload(zeros([1, 1, 1, 16]));
  gone.dispose();
  expect(() => attention(gone, zeros([1, 1, 1, 16]), zeros([1, 1, 1, 16]), { backend })).toThrow(BackendError);
  expect(backend.bytesInUse).toBe(before);
});

test("kernels beyond the bound are dropped with their memory, the one not used for longest first", () => {
  const backend = createWasmBackend({ threads: 1, maximumKernels: 2 });
  const scaled = (factor: number): void => {
    attention(...operands(1, 2, 2), { score: ({ score }) => score.multiply(factor), backend });
  };
  scaled(1.5);
  scaled(2.5);
  const before = backend.bytesInUse;
  scaled(1.5);
  scaled(3.5);
  scaled(1.5);
  expect(backend.compilations).toBe(3);
  scaled(2.5);
  expect(backend.compilations).toBe(4);
  expect(backend.bytesInUse).toBe(before);
});

const plan = createPlan({
  headDim: 4,
  valueDim: 4,
  queryType: "float32",
  keyType: "float32",
  valueType: "float32",
  score: null,
  mask: null,
  probability: null,
  normalizer: "softmax",
});

test("a kernel or backend that has been disposed of says so", () => {
  const backend = createWasmBackend({ threads: 1 });
  const kernel = backend.compile(plan);
  kernel.dispose();
  kernel.dispose();
  const query = tensor([[[[1, 2, 3, 4]]]]);
  const given = {
    query,
    key: query,
    value: query,
    scale: 1,
    sinks: null,
    blockMask: null,
    returnLogSumExp: false,
    backwardFollows: false,
  };
  const lengths = {
    queryOffsets: new Int32Array(1),
    queryLengths: new Int32Array([1]),
    keyLengths: new Int32Array([1]),
  };
  const tables = { score: {}, mask: {}, probability: {} };
  const rest = { mayHide: false, returnRowMaximum: false, renew: () => {} };
  expect(() => kernel.forward({ ...given, ...lengths, ...rest, tables })).toThrow(AttentionError);
  backend.dispose();
  backend[Symbol.dispose]();
  expect(() => backend.compile(plan)).toThrow("this backend has been disposed of");
  expect(() => backend.allocate([1])).toThrow(AttentionError);
  expect(() => backend.upload(query)).toThrow(AttentionError);
});

test("gradients that run out of memory on the way leave nothing behind", () => {
  let refused = 0;
  for (let pages = 40; pages < 120; pages += 4) {
    using wasm = createWasmBackend({ threads: 1, maximumBytes: pages * 65536 });
    const [small, large] = [2, 4000].map((tokens) => wasm.upload(zeros([1, 2, tokens, 16])));
    const run = (x: Tensor): void => {
      const gradients = attentionGradients(x, x, x, x, { backend: wasm, queryLengths: [1] });
      for (const name of ["query", "key", "value", "output"] as const) (gradients[name] as WasmTensor).dispose();
    };
    run(small);
    const before = wasm.bytesInUse;
    try {
      run(large);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      refused += 1;
    }
    expect(wasm.bytesInUse).toBe(before);
  }
  expect(refused).toBeGreaterThan(1);
});
