import {
  assertAllClose,
  dequantizeRows,
  DTypeError,
  quantizedTensor,
  quantizeRows,
  ShapeError,
  sliceRows,
  toArray,
  transpose,
  zeros,
} from "@fovea/tensor";
import { expect, test } from "vitest";
import { attention } from "./attention.ts";
import { AttentionError } from "./attention-error.ts";
import { attentionGradients } from "./attention-gradients.ts";
import { attentionWeights } from "./attention-weights.ts";
import type { AttentionOptions } from "./options.ts";
import { createPlan } from "./plan.ts";
import { prepareCall } from "./prepare-call.ts";
import { referenceBackend } from "./reference/reference-backend.ts";
import { randomOperands } from "./testing/random-operands.ts";

const { query, key, value } = randomOperands(3, { dtype: "float32", keys: 9 });
const [int8Key, int8Value] = [quantizeRows(key), quantizeRows(value)];
const [exactKey, exactValue] = [dequantizeRows(int8Key), dequantizeRows(int8Value)];
const causal: Pick<AttentionOptions, "mask"> = { mask: ({ query, key }) => key.lessEqual(query.add(4)) };

test("int8 keys and values are their multiples times the scales of their rows", () => {
  const { output } = attention(query, exactKey, exactValue, causal);
  expect(toArray(attention(query, int8Key, int8Value, causal).output)).toEqual(toArray(output));
  expect(toArray(attention(query, exactKey, int8Value, causal).output)).toEqual(toArray(output));
  const weights = attentionWeights(query, exactKey, causal);
  expect(toArray(attentionWeights(query, int8Key, causal))).toEqual(toArray(weights));
});

test("rounding moves an output by no more than its scores' and its values' rounding allow", () => {
  const { output } = attention(query, key, value);
  // A score is off by at most δ = scale × Σ|query| × (key scale / 2), so a weight by at most a factor e^±2δ, and a value by half its scale.
  const largest = (t: typeof key): number => Math.max(...toArray(t).map(Math.abs));
  const queries = toArray(query);
  const rowSums = Array.from({ length: queries.length / 3 }, (_, row) =>
    [0, 1, 2].reduce((sum, d) => sum + Math.abs(queries[row * 3 + d]), 0),
  );
  const delta = (Math.max(...rowSums) / Math.sqrt(3)) * (largest(int8Key.scales) / 2);
  const bound = (Math.exp(2 * delta) - 1) * largest(value) + largest(int8Value.scales) / 2;
  const rounded = attention(query, int8Key, int8Value).output;
  assertAllClose(rounded, output, { absolute: bound, relative: 0 });
  expect(bound).toBeLessThan(0.1 * largest(value));
});

test("past keys join new ones with their scales", () => {
  const part = (from: number, to: number) => ({
    key: sliceRows(int8Key, [null, null, [from, to]]),
    value: sliceRows(int8Value, [null, null, [from, to]]),
  });
  const fresh = part(5, 9);
  const { output } = attention(query, fresh.key, fresh.value, { past: part(0, 5), queryOffset: 0, ...causal });
  expect(toArray(output)).toEqual(toArray(attention(query, int8Key, int8Value, causal).output));
});

const ints = zeros(key.shape, "int8");
const disguised = (scales: unknown) => ({ ...ints, scales }) as unknown as typeof ints;
test.each([
  [
    "a query of int8",
    () => attention(quantizeRows(query), key, value),
    DTypeError,
    "got int8. Use dequantizeRows first",
  ],
  [
    "no scales",
    () => attention(query, ints, value),
    AttentionError,
    "come with scales [2, 2, 9]. Make it with quantizeRows",
  ],
  ["scales of null", () => attention(query, disguised(null), value), AttentionError, "come with scales"],
  ["scales that are numbers", () => attention(query, disguised([1]), value), AttentionError, "come with scales"],
  [
    "too few scales",
    () => attention(query, disguised(zeros([2, 2, 8])), value),
    ShapeError,
    "key, [2, 2, 9], got [2, 2, 8]",
  ],
  ["scales of rank 4", () => attention(query, disguised(zeros([2, 2, 9, 1])), value), ShapeError, "one scale per row"],
  [
    "scales of float16",
    () => attention(query, disguised(zeros([2, 2, 9], "float16")), value),
    DTypeError,
    "got float16",
  ],
  [
    "a view that lost its scales",
    () => attention(query, transpose(int8Key, [0, 1, 2, 3]), value),
    AttentionError,
    "scales",
  ],
  [
    "past values without scales",
    () => attention(query, int8Key, int8Value, { past: { key: int8Key, value: zeros(value.shape, "int8") } }),
    AttentionError,
    "expected past.value of int8 to come with scales",
  ],
  [
    "a past of floats",
    () => attention(query, int8Key, int8Value, { past: { key, value } }),
    AttentionError,
    "expected past.key to hold int8",
  ],
] as const)("%s is refused", (_what, call, type, message) => {
  expect(call).toThrow(type);
  expect(call).toThrow(message);
});

test("int8 has no gradients", () => {
  const gradient = zeros([2, 4, 5, 7]);
  expect(() => attentionGradients(query, int8Key, value, gradient)).toThrow(DTypeError);
  expect(() => attentionGradients(query, key, int8Value, gradient)).toThrow("value holds int8, which has no gradient");
  const { plan, call } = prepareCall(query, key, int8Value, {}, referenceBackend);
  const kernel = referenceBackend.compile(plan);
  expect(() => kernel.backward(call, kernel.forward(call), gradient)).toThrow(DTypeError);
  expect(() => createPlan({ ...plan, queryType: "int8" })).toThrow("expected queryType to be one of");
});

test("rows that are not seen may have any scale", () => {
  const lengths = { keyLengths: [6, 6] };
  const spoiled = [int8Key, int8Value].map((operand) => {
    const scales = toArray(operand.scales).map((scale, row) => (row % 9 < 6 ? scale : Number.NaN));
    const { shape } = operand.scales;
    return quantizedTensor(operand, { ...zeros(shape), data: Float32Array.from(scales) });
  });
  const { output } = attention(query, spoiled[0], spoiled[1], lengths);
  expect(toArray(output)).toEqual(toArray(attention(query, int8Key, int8Value, lengths).output));
});
