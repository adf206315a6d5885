import { attention, type AttentionOptions } from "@fovea/dot-product-attention";
import {
  assertAllClose,
  cast,
  randomGenerator,
  tensor,
  toArray,
  transpose,
  type DType,
  type Tensor,
} from "@fovea/tensor";
import { expect, test } from "vitest";
import { createWasmBackend } from "../wasm-backend.ts";

const random = randomGenerator(17);
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float32" });
const backend = createWasmBackend({ threads: 1 });

interface Sizes {
  readonly batch?: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries?: number;
  readonly keys: number;
  readonly headDim?: number;
  readonly valueDim?: number;
}

type Operands = [query: Tensor, key: Tensor, value: Tensor];

function operands({ batch = 1, heads, keyHeads, queries = 1, keys, headDim = 8, valueDim = 12 }: Sizes): Operands {
  return [
    normal(batch, heads, queries, headDim),
    normal(batch, keyHeads, keys, headDim),
    normal(batch, keyHeads, keys, valueDim),
  ];
}

/** Output and, where there is one, logSumExp agree with the reference. */
function checkAgainstReference(given: Operands, options: AttentionOptions = {}, on = backend): void {
  const softmax = options.normalizer === undefined || options.normalizer.startsWith("softmax");
  const returns = { logSumExp: softmax, rowMaximum: true };
  const actual = attention(...given, { ...options, returns, backend: on });
  const expected = attention(...given, { ...options, returns });
  assertAllClose(actual.output, expected.output, { absolute: 3e-6, relative: 3e-6 });
  for (const name of ["logSumExp", "rowMaximum"] as const) {
    const [a, e] = [actual[name], expected[name]];
    if (a && e) assertAllClose(a, e, { absolute: 3e-6, relative: 3e-6 });
  }
}

const groups = [
  { heads: 2, keyHeads: 2 },
  { heads: 2, keyHeads: 1 },
  { heads: 6, keyHeads: 2 },
  { heads: 4, keyHeads: 1 },
  { heads: 7, keyHeads: 1 },
  { heads: 2, keyHeads: 1, queries: 8 },
  { heads: 3, keyHeads: 3, queries: 5 },
];

test.each(groups)("few rows per key head: %o, any number of keys", (group) => {
  for (const keys of [1, 2, 7, 8, 17, 255, 256, 257, 511, 513, 1100])
    checkAgainstReference(operands({ ...group, keys }));
});

test.each([1, 2, 3, 4, 5, 15, 16, 17, 30, 64, 80])("any size of heads: %i", (size) => {
  checkAgainstReference(operands({ heads: 4, keyHeads: 1, keys: 37, headDim: size, valueDim: 33 - (size % 32) }));
});

test.each(["float16", "bfloat16"] as const)("keys and values of %s", (dtype: DType) => {
  const [query, key, value] = operands({ heads: 6, keyHeads: 2, keys: 600, headDim: 10, valueDim: 7 });
  const stored = [key, value].map((t) => cast(t, dtype));
  checkAgainstReference([query, stored[0], stored[1]]);
});

const causal: AttentionOptions["mask"] = ({ query, key }) => key.lessEqual(query);
const window: AttentionOptions["mask"] = ({ query, key }) =>
  key.lessEqual(query).and(key.greaterEqual(query.subtract(150)));
const perHead: AttentionOptions["mask"] = ({ head, key }) => key.remainder(4).equal(head);
const score: AttentionOptions["score"] = ({ score, head, query, key }) =>
  score.add(query.subtract(key).toFloat().multiply(0.01).multiply(head.add(1).toFloat()));
const probability: AttentionOptions["probability"] = ({ probability, keys }) => probability.divide(keys.toFloat());

test("masks, with blocks skipped and without; hidden rows are zero", () => {
  const given = operands({ batch: 2, heads: 4, keyHeads: 2, queries: 3, keys: 1200 });
  checkAgainstReference(given, { mask: causal, queryOffset: 700 });
  checkAgainstReference(given, { mask: window, queryOffset: [1100, 90] });
  checkAgainstReference(given, { mask: window, queryOffset: 1197, blockMask: null });
  checkAgainstReference(given, { mask: causal, queryOffset: -2 });
  checkAgainstReference(given, { mask: perHead });
});

test("scores are changed by head, query and key", () => {
  const given = operands({ heads: 6, keyHeads: 2, queries: 2, keys: 700 });
  checkAgainstReference(given, { score, mask: causal, queryOffset: 650 });
});

test("every normalizer that needs no whole row; sigmoid and relu with a probability program", () => {
  const given = operands({ heads: 4, keyHeads: 2, queries: 2, keys: 600 });
  const sinks = tensor([0.5, -3, 20, 0]);
  checkAgainstReference(given, { normalizer: "softmaxPlusOne" });
  checkAgainstReference(given, { normalizer: "softmaxWithSink", sinks });
  for (const normalizer of ["sigmoid", "relu"] as const) {
    checkAgainstReference(given, { normalizer, probability, mask: causal, queryOffset: 520 });
  }
});

test("lengths per batch element", () => {
  const given = operands({ batch: 3, heads: 4, keyHeads: 2, queries: 3, keys: 600 });
  checkAgainstReference(given, { keyLengths: [600, 0, 517], queryLengths: [2, 3, 0] });
});

test("a batch element that sees nothing hides nothing from the next", () => {
  const given = operands({ batch: 3, heads: 4, keyHeads: 2, keys: 200 });
  checkAgainstReference(given, { mask: causal, queryOffset: 199, keyLengths: [0, 200, 170] });
  checkAgainstReference(given, { mask: ({ batch, key }) => key.less(batch.multiply(100)) });
});

test("large scores and small ones", () => {
  const [query, key, value] = operands({ heads: 2, keyHeads: 1, keys: 1100 });
  for (const scale of [0, 1e-3, -30, 50]) checkAgainstReference([query, key, value], { scale });
});

test("without relaxed SIMD", () => {
  using plain = createWasmBackend({ threads: 1, relaxedSimd: false });
  for (const group of groups)
    checkAgainstReference(operands({ ...group, keys: 530 }), { mask: causal, queryOffset: 400 }, plain);
});

test("keys and values that are hidden change no bit, whatever they hold", () => {
  const [query, key, value] = operands({ heads: 4, keyHeads: 1, keys: 700 });
  const options: AttentionOptions = { mask: ({ key }) => key.notEqual(130).and(key.notEqual(641)), backend };
  const clean = attention(query, key, value, options).output;
  for (const odd of [NaN, Infinity, -Infinity]) {
    for (const operand of [key, value]) {
      const dim = operand.shape[3];
      for (const hidden of [130, 641]) operand.data.fill(odd, hidden * dim, (hidden + 1) * dim);
    }
    expect(toArray(attention(query, key, value, options).output)).toEqual(toArray(clean));
  }
});

test("a value of Infinity that is seen arrives; NaN spreads to its rows only", () => {
  const [query, key, value] = operands({ heads: 2, keyHeads: 1, keys: 9, valueDim: 4 });
  value.data[8 * 4 + 1] = Infinity;
  expect(toArray(attention(query, key, value, { backend }).output).map((x) => x === Infinity)).toEqual(
    [false, true, false, false, false, true, false, false], // prettier-ignore
  );
  query.data[0] = NaN;
  expect(toArray(attention(query, key, value, { backend }).output).map(Number.isNaN)).toEqual(
    [true, true, true, true, false, false, false, false], // prettier-ignore
  );
});

test("heads may lie beside one another in each token", () => {
  const [query, key, value] = operands({ heads: 4, keyHeads: 2, queries: 2, keys: 300 }).map((t) => {
    const resident = backend.upload(transpose(t, [0, 2, 1, 3]));
    return transpose(resident, [0, 2, 1, 3]);
  });
  checkAgainstReference([query, key, value]);
});

test.each([2, 3])("%i threads give the bits that one gives", async (threads) => {
  using several = createWasmBackend({ threads });
  await several.startThreads();
  const given = operands({ heads: 8, keyHeads: 2, keys: 5000, headDim: 64, valueDim: 64 });
  const bits = [backend, several].map((on) => toArray(attention(...given, { backend: on }).output));
  expect(bits[1]).toEqual(bits[0]);
});

test("a cache that grows compiles two kernels, one for many queries and one for few", () => {
  using fresh = createWasmBackend({ threads: 1 });
  for (const [queries, keys] of [
    [100, 100],
    [1, 101],
    [1, 102],
    [3, 105],
    [1, 700],
    [40, 740],
  ]) {
    // prettier-ignore
    const given = operands({ heads: 4, keyHeads: 2, queries, keys });
    attention(...given, { mask: causal, queryOffset: keys - queries, backend: fresh });
  }
  expect(fresh.compilations).toBe(2);
});

test("memory stays flat", () => {
  const given = operands({ heads: 4, keyHeads: 2, keys: 1000 });
  attention(...given, { mask: causal, queryOffset: 900, backend });
  const before = [backend.bytes, backend.bytesInUse];
  for (let i = 0; i < 100; i++) attention(...given, { mask: causal, queryOffset: 900 - i, backend });
  expect([backend.bytes, backend.bytesInUse]).toEqual(before);
});
