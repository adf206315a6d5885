import {
  attentionGradients,
  type AttentionGradients,
  type AttentionOptions,
  type ProgramSource,
} from "@fovea/dot-product-attention";
import { causal, createBlockMask, slidingWindow } from "@fovea/masking";
import { trace } from "@fovea/program";
import { at, randomGenerator, tensor, toArray, type Tensor, write } from "@fovea/tensor";
import { afterAll, expect, test } from "vitest";
import { byName, expectGradients, expectSameGradients, gradientOperands } from "../testing/expect-gradients.ts";
import { createWasmBackend, type WasmBackend } from "../wasm-backend.ts";

const random = randomGenerator(5);
const table = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float32" });
const backends = [true, false].map((relaxedSimd) => createWasmBackend({ relaxedSimd, threads: 1 }));
afterAll(() => backends.forEach((backend) => backend.dispose()));
const headFactors: ProgramSource = (s) => s.score.multiply(s.table("t", tensor([1, 2, 3, 4])).at(s.head));
const forEach = (check: (backend: WasmBackend) => void): void => backends.forEach(check);

for (const headDim of [1, 3, 37, 64, 80, 128]) {
  test(`head size ${headDim}`, () => {
    forEach((backend) => expectGradients(backend, { headDim, valueDim: headDim }));
  });
}

test("several tiles of queries and keys, heads that share keys", () => {
  const shape = { heads: 6, keyHeads: 2, queries: 205, keys: 411, headDim: 16, valueDim: 9 };
  forEach((backend) => expectGradients(backend, { ...shape, batch: 1 }));
  forEach((backend) => expectGradients(backend, { ...shape, batch: 1, keyHeads: 1 }));
});

test("storage in 16 bits and float64", () => {
  for (const dtype of ["float16", "bfloat16", "float64"] as const)
    forEach((backend) => expectGradients(backend, { dtype }));
});

test("sinks, sigmoid and relu", () => {
  for (const normalizer of ["softmaxPlusOne", "sigmoid", "relu"] as const)
    forEach((backend) => expectGradients(backend, {}, { normalizer }));
  const sinks = tensor(Float64Array.of(-1, 0, 2, 5));
  forEach((backend) => expectGradients(backend, {}, { normalizer: "softmaxWithSink", sinks, mask: causal() }));
});

test("masks, with offsets, lengths and blocks that are no multiples of eight", () => {
  const mask = slidingWindow({ lookback: 20, lookahead: 3 });
  const size = { queries: 100, keys: 130 };
  const cases: AttentionOptions[] = [
    { mask: causal() },
    { mask, queryOffset: [-30, 40] },
    { mask, queryLengths: [0, 37], keyLengths: [53, 20] },
    { queryLengths: [100, 9], keyLengths: [130, 0] },
    { mask, blockMask: createBlockMask(mask, { ...size, queryBlock: 7, keyBlock: 5 }) },
    { mask, blockMask: createBlockMask(mask, { ...size, queryBlock: 1, keyBlock: 1 }) },
  ];
  for (const options of cases) forEach((backend) => expectGradients(backend, size, options));
});

test("score programs and every way of reading a table", () => {
  const shape = { queries: 37, keys: 53, heads: 4 };
  const programs: Record<string, ProgramSource> = {
    softCap: (s) => s.score.divide(2).tanh().multiply(2),
    "one number per head": (s) => s.score.multiply(s.table("t", table(4)).at(s.head)),
    "one number for all": (s) => s.score.multiply(s.table("t", table(1)).at(0)),
    "along the keys": (s) => s.score.add(s.table("t", table(2, 37, 53)).at(s.batch, s.query, s.key)),
    "against the keys": (s) => s.score.add(s.table("t", table(4, 100)).at(s.head, s.query.subtract(s.key).add(60))),
    "partly outside": (s) => s.score.add(s.table("t", table(20)).at(s.query.subtract(s.key))),
    "wholly outside": (s) => s.score.add(s.table("t", table(20)).at(s.head.add(20))),
    "several reads of one": (s) => {
      const t = s.table("t", table(60));
      return s.score.multiply(t.at(s.query)).add(t.at(s.key)).subtract(t.at(s.head));
    },
    "two tables": (s) => s.score.multiply(s.table("a", table(4)).at(s.head)).add(s.table("b", table(53)).at(s.key)),
    "no score": (s) => s.table("t", table(53)).at(s.key),
  };
  for (const score of Object.values(programs))
    forEach((backend) => expectGradients(backend, shape, { score, mask: causal() }));
});

test("probability programs", () => {
  const dropout = trace((s) =>
    s.select(s.random(5, s.batch, s.head, s.query, s.key).less(0.2), 0, s.score.divide(0.8)),
  );
  const learned = trace((s) =>
    s.score
      .multiply(s.table("t", table(4, 53)).at(s.head, s.key))
      .add(0.1)
      .power(2),
  );
  forEach((backend) => expectGradients(backend, {}, { probability: dropout }));
  for (const normalizer of ["softmax", "softmaxPlusOne", "sigmoid", "relu"] as const)
    forEach((backend) =>
      expectGradients(backend, {}, { normalizer, probability: learned, score: headFactors, mask: causal() }),
    );
});

test("what is hidden does not change one bit, even NaN and Infinity in key, value, query and output gradient", () => {
  const mask = trace((s) => s.key.less(40).and(s.key.notEqual(7)).and(s.query.notEqual(11)));
  const options = { mask, queryLengths: [35, 37], keyLengths: [50, 53] };
  forEach((backend) => {
    const operands = gradientOperands();
    const clean = byName(attentionGradients(...operands, { ...options, backend }));
    const [query, key, value, outputGradient] = operands;
    for (const target of [key, value]) spoil(target, [7, 40, 45, 52]);
    for (const target of [query, outputGradient]) spoil(target, [11, 36]);
    const spoiled = byName(attentionGradients(...operands, { ...options, backend }));
    for (const name of Object.keys(clean)) {
      expect({ name, numbers: toArray(spoiled[name]) }).toEqual({ name, numbers: toArray(clean[name]) });
    }
  });
});

test("NaN in a pair that is seen reaches the gradients of its row, and of no key that is hidden", () => {
  const [query, key, value, outputGradient] = gradientOperands();
  write(key, [0, 0, 3, 0], NaN);
  const gradients = attentionGradients(query, key, value, outputGradient, { backend: backends[0], mask: causal() });
  expect(at(gradients.query, 0, 0, 2, 1)).not.toBeNaN();
  expect(at(gradients.query, 0, 0, 5, 1)).toBeNaN();
  expect(at(gradients.query, 0, 2, 5, 1)).not.toBeNaN();
  for (const gradient of [gradients.key, gradients.value]) {
    expect(at(gradient, 0, 0, 3, 1)).toBeNaN();
    // no query sees keys from 37 on
    expect(at(gradient, 0, 0, 36, 1)).toBeNaN();
    expect(at(gradient, 0, 0, 37, 1)).toBe(0);
  }
});

test("gradients are the same bits with one thread and with several", async () => {
  const operands = gradientOperands({ queries: 300, keys: 300 });
  const options = { score: headFactors, mask: causal() };
  const run = (backend: WasmBackend): readonly number[][] =>
    Object.values(byName(attentionGradients(...operands, { ...options, backend }))).map((gradient) =>
      toArray(gradient),
    );
  using alone = createWasmBackend({ threads: 1 });
  using together = createWasmBackend({ threads: 3 });
  await together.startThreads();
  expect(together.threads).toBe(3);
  expect(run(together)).toEqual(run(alone));
});

test("gradients of tensors in the memory lie there too; calls leave nothing behind", () => {
  const [backend] = backends;
  const operands = gradientOperands();
  const expected = attentionGradients(...operands);
  const [query, key, value, outputGradient]: Tensor[] = operands.map((operand) => backend.upload(operand));
  const call = (): AttentionGradients => attentionGradients(query, key, value, outputGradient, { backend });
  const first = call();
  expectSameGradients(first, expected);
  const owned = [first.query, first.key, first.value, first.output].map((tensor) => tensor as Tensor & Disposable);
  for (const tensor of owned) tensor[Symbol.dispose]();
  const { bytesInUse, compilations } = backend;
  for (let i = 0; i < 3; i++) {
    const { query, key, value, output } = call();
    for (const tensor of [query, key, value, output]) (tensor as Tensor & Disposable)[Symbol.dispose]();
  }
  expect(backend.bytesInUse).toBe(bytesInUse);
  expect(backend.compilations).toBe(compilations);
});

test("a table too large for a copy per task takes turns", () => {
  const size = 2 ** 20;
  const shape = { batch: 1, queries: 8, keys: 8, heads: 16, keyHeads: 16 };
  const score = trace((s) =>
    s.score.multiply(s.table("t", tensor(new Float32Array(size).fill(0.5))).at(s.key.multiply(s.head))),
  );
  expectGradients(backends[0], shape, { score });
});

/** Writes NaN and infinities into whole rows of the second head. */
function spoil(target: Tensor, rows: readonly number[]): void {
  const odd = [NaN, Infinity, -Infinity];
  for (const row of rows) {
    for (let i = 0; i < target.shape[3]; i++) write(target, [0, 1, row, i], odd[(row + i) % 3]);
  }
}
