import { causal, padding } from "@fovea/masking";
import { clone, full, tensor, toArray, toNested, zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import type { Scope, Value } from "@fovea/program";
import { expect, test } from "vitest";
import { attention } from "./attention.ts";
import { attentionGradients } from "./attention-gradients.ts";
import type { AttentionOptions } from "./options.ts";
import { normalizers } from "./normalizer.ts";
import type { Normalizer } from "./normalizer.ts";
import { randomOperands } from "./testing/random-operands.ts";

const sinksFor = (normalizer: Normalizer): Tensor | null =>
  normalizer === "softmaxWithSink" ? tensor([0.5, -1, 0, 1]) : null;
const bits = (t: Tensor): bigint[] => Array.from(new BigUint64Array(Float64Array.from(toArray(t)).buffer));

/** A copy with one number in every place of the given keys (axis 2). */
function poison(t: Tensor, keys: readonly number[], value: number): Tensor {
  const copy = clone(t);
  const [, , length, dim] = t.shape;
  copy.data.forEach((_, i) => {
    if (keys.includes(Math.floor(i / dim) % length)) copy.data[i] = value;
  });
  return copy;
}

/** No query sees keys 4 and 5; query 0 sees nothing. */
const hides = ({ query, key }: Scope): Value => key.less(4).and(query.notEqual(0));
const bias = tensor(Float64Array.from([0.5, -0.25, 1, 0, -Infinity, -Infinity]));
const ways: Record<string, AttentionOptions> = {
  "a mask": { mask: hides },
  "a block mask": { mask: hides, blockMask: null },
  keyLengths: { keyLengths: [4, 4], queryLengths: [5, 5] },
  "a score of -Infinity": { score: ({ score, key, table }) => score.add(table("bias", bias).at(key)) },
  "a selected score of -Infinity": {
    score: ({ score, key, constant }) => key.less(4).select(score, constant(-Infinity, "float")),
  },
};

for (const normalizer of normalizers) {
  for (const [way, options] of Object.entries(ways)) {
    if (way === "a score of -Infinity") continue; // NaN + -Infinity is NaN: an added bias hides values, and keys that are numbers
    for (const value of [NaN, Infinity, -Infinity]) {
      test(`${normalizer}: ${value} behind ${way} changes no bit, forward and backward`, () => {
        const { query, key, value: values } = randomOperands(1);
        const outputGradient = randomOperands(2, { keyHeads: 4, keys: 5 }).value;
        const all = { ...options, normalizer, sinks: sinksFor(normalizer) };
        const clean = attentionGradients(query, key, values, outputGradient, all);
        const dirty = attentionGradients(
          query,
          poison(key, [4, 5], value),
          poison(values, [4, 5], value),
          outputGradient,
          all,
        );
        for (const name of ["output", "query", "key", "value"] as const) {
          expect(bits(dirty[name])).toEqual(bits(clean[name]));
        }
      });
    }
  }

  test(`${normalizer}: a value behind an additive bias of -Infinity changes no bit`, () => {
    const { query, key, value } = randomOperands(1);
    const options = { ...ways["a score of -Infinity"], normalizer, sinks: sinksFor(normalizer) };
    const clean = attention(query, key, value, options).output;
    expect(bits(attention(query, key, poison(value, [4, 5], NaN), options).output)).toEqual(bits(clean));
  });

  test(`${normalizer}: a row that sees nothing is zero, whatever its query and its gradient hold`, () => {
    const { query, key, value } = randomOperands(3);
    const outputGradient = full([2, 4, 5, 7], 1, "float64");
    const options = { normalizer, sinks: sinksFor(normalizer), mask: hides };
    const clean = attentionGradients(query, key, value, outputGradient, options);
    const result = attentionGradients(poison(query, [0], NaN), key, value, poison(outputGradient, [0], NaN), options);
    for (const name of ["output", "query", "key", "value"] as const)
      expect(bits(result[name])).toEqual(bits(clean[name]));
    expect(toArray(clean.output).slice(0, 7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(toArray(clean.query).slice(0, 3)).toEqual([0, 0, 0]);
    expect(result.sinks && toArray(result.sinks)).toEqual(clean.sinks && toArray(clean.sinks));
  });

  test(`${normalizer}: NaN in a key that is seen makes exactly the rows that see it NaN`, () => {
    const { query, key, value } = randomOperands(4);
    const options = { normalizer, sinks: sinksFor(normalizer), mask: causal() };
    const { output } = attention(query, poison(key, [3], NaN), value, options);
    const rows = toNested(output) as unknown as number[][][][];
    expect(rows[0][0].map((row) => row.some(Number.isNaN))).toEqual([false, false, false, true, true]);
  });
}

test("a row that sees nothing has logSumExp and rowMaximum -Infinity, with a sink too", () => {
  const { query, key, value } = randomOperands(5, { batch: 1 });
  for (const normalizer of ["softmax", "softmaxWithSink", "softmaxPlusOne"] as const) {
    const { logSumExp, rowMaximum } = attention(query, key, value, {
      normalizer,
      sinks: sinksFor(normalizer),
      mask: hides,
      returns: { logSumExp: true, rowMaximum: true },
    });
    for (const result of [logSumExp, rowMaximum]) {
      expect(toArray(result as Tensor).map((x) => x === -Infinity)).toEqual(
        new Array(20).fill(false).map((_, row) => row % 5 === 0),
      );
    }
  }
});

test("a row whose every score is -Infinity is a row that sees nothing", () => {
  const { query, key, value } = randomOperands(6, { batch: 1 });
  const { output, logSumExp } = attention(query, key, value, {
    score: ({ query: row, score, constant }) => row.equal(2).select(constant(-Infinity, "float"), score),
    returns: { logSumExp: true },
  });
  expect(toArray(output).slice(14, 21)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(toArray(logSumExp as Tensor)[2]).toBe(-Infinity);
  expect(toArray(output).some(Number.isNaN)).toBe(false);
});

const infinite = ({ score, key, constant }: Scope): Value => key.equal(0).select(constant(Infinity, "float"), score);

test("a score of +Infinity that is seen makes a softmax row NaN, and a sigmoid weight 1", () => {
  const [query, key, value] = [zeros([1, 1, 1, 1]), zeros([1, 1, 2, 1]), tensor([[[[3], [5]]]])];
  expect(toArray(attention(query, key, value, { score: infinite }).output)).toEqual([NaN]);
  expect(toArray(attention(query, key, value, { score: infinite, normalizer: "sigmoid" }).output)).toEqual([3 + 5 / 2]);
});

test("very large scores do not overflow", () => {
  const { output, logSumExp } = attention(
    tensor([[[[1e4]]]]),
    tensor([[[[1e4], [1e4], [-1e4]]]]),
    tensor([[[[1], [3], [7]]]]),
    { returns: { logSumExp: true } },
  );
  expect(toArray(output)).toEqual([2]);
  expect(toArray(logSumExp as Tensor)[0]).toBeCloseTo(1e8 + Math.log(2), -2);
});

test("padding as a mask and as keyLengths are the same", () => {
  const { query, key, value } = randomOperands(7);
  expect(toArray(attention(query, key, value, { mask: padding([2, 5]) }).output)).toEqual(
    toArray(attention(query, key, value, { keyLengths: [2, 5] }).output),
  );
});
