import { assertAllClose, slice, tensor, toArray } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { attention } from "./attention.ts";
import { AttentionError } from "./attention-error.ts";
import { merge } from "./merge.ts";
import type { AttentionPart, MergedAttention } from "./merge.ts";
import { randomOperands } from "./testing/random-operands.ts";

const tight = { absolute: 1e-13, relative: 1e-13 };
const { query, key, value } = randomOperands(1, { keys: 12 });
const keysOf = (t: Tensor, from: number, to: number): Tensor => slice(t, [null, null, [from, to]]);
const returns = { rowMaximum: true, rowTotal: true, logSumExp: true };
const part = (from: number, to: number): MergedAttention =>
  attention(query, keysOf(key, from, to), keysOf(value, from, to), { returns }) as MergedAttention;
const whole = part(0, 12);
const one = (output: number, log: number): AttentionPart => ({
  output: tensor([[[[output]]]], { dtype: "float64" }),
  logSumExp: tensor([[[log]]], { dtype: "float64" }),
});

for (const cuts of [[12], [5, 12], [1, 2, 12], [3, 3, 6, 9, 12], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]) {
  test(`keys cut at ${cuts.join(", ")} join to attention over all of them`, () => {
    const joined = merge(cuts.map((end, i) => part(i === 0 ? 0 : cuts[i - 1], end)));
    assertAllClose(joined.output, whole.output, tight);
    for (const name of ["rowMaximum", "rowTotal", "logSumExp"] as const) {
      assertAllClose(joined[name], whole[name], tight);
    }
  });
}

test("parts that have nothing but a logSumExp are joined by it", () => {
  const parts = [part(0, 5), part(5, 12)].map(({ output, logSumExp }) => ({ output, logSumExp }));
  assertAllClose(merge(parts).output, whole.output, tight);
});

// one key of value 0 and three of value 4: their mean is 3, whatever the score that all of them have
for (const score of [1e3, 1e5, 1e7, 1e8, -1e9, -3.4e38]) {
  test(`float32 parts whose every score is ${score} are joined exactly`, () => {
    const ofKeys = (values: readonly number[]): AttentionPart =>
      attention(tensor([[[[score]]]]), tensor([[values.map(() => [1])]]), tensor([[values.map((x) => [x])]]), {
        scale: 1,
        returns,
      });
    const joined = merge([ofKeys([0]), ofKeys([4, 4, 4])]);
    expect(toArray(joined.output)).toEqual([3]);
    expect([toArray(joined.rowMaximum), toArray(joined.rowTotal)]).toEqual([[Math.fround(score)], [4]]);
  });
}

test("the grouping and the order of parts change nothing but rounding", () => {
  const [a, b, c] = [part(0, 2), part(2, 9), part(9, 12)];
  assertAllClose(merge([merge([a, b]), c]).output, merge([c, merge([b, a])]).output, tight);
});

test("by hand: weights 1 and 3 make a quarter and three quarters", () => {
  const { output, logSumExp } = merge([one(8, Math.log(1)), one(4, Math.log(3))]);
  expect(toArray(output)[0]).toBeCloseTo(5, 12);
  expect(toArray(logSumExp)[0]).toBeCloseTo(Math.log(4), 12);
});

test("a part that saw nothing adds nothing, whatever its output holds", () => {
  const nothing = { output: tensor([[[[NaN]]]]), logSumExp: tensor([[[-Infinity]]]) };
  const something = { output: tensor([[[[3]]]]), logSumExp: tensor([[[0.5]]]) };
  expect(toArray(merge([nothing, something, nothing]).output)).toEqual([3]);
  const none = merge([nothing, nothing]);
  expect(toArray(none.output)).toEqual([0]);
  expect(toArray(none.logSumExp)).toEqual([-Infinity]);
});

test("parts with a very large and a very small logSumExp, and a sink above both, do not overflow", () => {
  expect(toArray(merge([one(1, 5000), one(9, -5000)]).output)).toEqual([1]);
  expect(toArray(merge([one(1, -5000)], { sinks: tensor([5000]) }).output)).toEqual([0]);
});

test("a sink given to merge counts once", () => {
  const sinks = tensor(Float64Array.from([0.5, 2, -1, -Infinity]));
  const expected = attention(query, key, value, { normalizer: "softmaxWithSink", sinks }).output;
  assertAllClose(merge([part(0, 4), part(4, 12)], { sinks }).output, expected, tight);
});

test("no parts, or parts that differ in shape, are refused", () => {
  expect(() => merge([])).toThrow(AttentionError);
  const short = { ...whole, output: slice(whole.output, [[0, 1]]) };
  expect(() => merge([whole, short])).toThrow("expected parts[1].output [2, 4, 5, 7], got [1, 4, 5, 7]");
  expect(() => merge([{ ...whole, rowTotal: whole.output }])).toThrow("expected parts[0].rowTotal [2, 4, 5]");
  const { output, rowMaximum } = whole;
  expect(() => merge([{ output, logSumExp: output }])).toThrow("expected parts[0].logSumExp [2, 4, 5]");
  expect(() => merge([whole, { output, rowMaximum }])).toThrow(
    "merge: expected parts[1] to have rowMaximum and rowTotal, got neither these nor a logSumExp. Ask attention for them",
  );
  expect(() => merge([whole], { sinks: tensor([1]) })).toThrow("expected sinks [4], got [1]");
});
