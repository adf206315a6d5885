import { attention, attentionGradients, attentionWeights } from "@fovea/dot-product-attention";
import type { AttentionGradients } from "@fovea/dot-product-attention";
import { formatFormula, parseFormula } from "@fovea/formula";
import { columnSums } from "@fovea/inspection";
import { causal, createBlockMask } from "@fovea/masking";
import { compose, evaluate, fromJSON, programKey, simplify, toJSON, trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { alibi, chain, perHead, softCap, temperature } from "@fovea/scoring";
import { assertAllClose, concatenate, randomGenerator, slice, stack, sum, tensor, toArray } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { masks } from "../catalogue/masks.ts";
import { probabilities } from "../catalogue/probabilities.ts";
import { scores } from "../catalogue/scores.ts";
import { randomOperands } from "../suite/random-operands.ts";

const operands = randomOperands(1, { dtype: "float64" });
const { query, key, value } = operands;
const tight = { absolute: 1e-12, relative: 1e-12 };
const programs: readonly [string, Program][] = [
  ...Object.entries(masks),
  ...Object.entries(scores),
  ...Object.entries(probabilities),
];

const order = [7, 3, 0, 18, 11, 5, 9, 1, 14, 2, 16, 4, 10, 6, 13, 8, 17, 12, 15];
const reordered = (t: Tensor, axis: number): Tensor =>
  concatenate(
    order.map((from) => slice(t, [...Array<null>(axis).fill(null), [from, from + 1]])),
    axis,
  );

test.each(Object.entries(masks))("%s: attention with a block mask is attention without, to the bit", (_, mask) => {
  const { query, key, value } = randomOperands(2, { queries: 24, keys: 23 });
  const sizes = { batch: 2, heads: 4, queries: 24, keys: 23 };
  const without = toArray(attention(query, key, value, { mask, blockMask: null }).output);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (queryBlock, keyBlock) => {
      const blockMask = createBlockMask(mask, { ...sizes, queryBlock, keyBlock });
      expect(toArray(attention(query, key, value, { mask, blockMask }).output)).toEqual(without);
    }),
    { numRuns: 5, seed: 1 },
  );
});

test("reordering keys, their values and their tables changes nothing but rounding, and reorders their gradients", () => {
  const bias = randomGenerator(3).normal([19], { dtype: "float64" });
  const score = trace(({ score, key, table }) => score.add(table("bias", { type: "float", rank: 1 }).at(key)));
  const mask = trace(({ key, table }) => table("bias", { type: "float", rank: 1 }).at(key).less(0.8));
  const run = (k: Tensor, v: Tensor, t: Tensor): AttentionGradients =>
    attentionGradients(query, k, v, operands.outputGradient, {
      score,
      mask,
      tables: { score: { bias: t }, mask: { bias: t } },
    });
  const straight = run(key, value, bias);
  const mixed = run(reordered(key, 2), reordered(value, 2), reordered(bias, 0));
  assertAllClose(mixed.output, straight.output, tight);
  assertAllClose(mixed.query, straight.query, tight);
  assertAllClose(mixed.key, reordered(straight.key, 2), tight);
  assertAllClose(mixed.value, reordered(straight.value, 2), tight);
  assertAllClose(mixed.tables.score.bias, reordered(straight.tables.score.bias, 0), tight);
});

test("a program per head is a call per head", () => {
  const each = [temperature([2]), null, softCap(0.5), alibi({ slopes: [0.5, 0.25, 0.125, 1] })];
  const whole = attention(query, key, value, { score: perHead(each) }).output;
  each.forEach((score, head) => {
    const alone = attention(query, key, value, { score }).output;
    expect(toArray(slice(whole, [null, head]))).toEqual(toArray(slice(alone, [null, head])));
  });
});

test("each batch element is a call of its own, with its lengths and offset", () => {
  const options = { mask: causal(), queryOffset: [4, 9], keyLengths: [12, 19], queryLengths: [13, 7] };
  const whole = attention(query, key, value, options).output;
  const alone = [0, 1].map((b) => {
    const part = (t: Tensor): Tensor => slice(t, [[b, b + 1]]);
    const own = {
      ...options,
      queryOffset: [options.queryOffset[b]],
      keyLengths: [options.keyLengths[b]],
      queryLengths: [options.queryLengths[b]],
    };
    return attention(part(query), part(key), part(value), own).output;
  });
  expect(toArray(whole)).toEqual(toArray(concatenate(alone, 0)));
});

test("a scale is a score program that multiplies, and programs chain as they compose", () => {
  const byScale = attention(query, key, value, { scale: 0.25 }).output;
  const byProgram = attention(query, key, value, { scale: 1, score: ({ score }) => score.multiply(0.25) }).output;
  assertAllClose(byProgram, byScale, tight);
  const inner = alibi({ heads: 4 });
  const outer = softCap(2);
  expect(programKey(simplify(chain(inner, outer)))).toBe(programKey(simplify(compose(outer, inner))));
});

test("weights times values are the output, and column sums are sums of weights", () => {
  const options = { mask: masks["causal documents"], score: scores["T5 bias"] };
  const { output } = attention(query, key, value, options);
  const weights = attentionWeights(query, key, options, { batch: 1, head: 3 });
  const rows = [0, 1, 2].map((column) =>
    toArray(weights).reduce((total, weight, i) => total + (i % 19 === column ? weight : 0), 0),
  );
  const sums = columnSums(query, key, options);
  rows.forEach((total, column) => expect(toArray(slice(sums, [1, 3, column]))[0]).toBeCloseTo(total, 12));
  const first = stack([0, 1, 2].map((row) => sum(slice(value, [1, 1, row]))));
  expect(toArray(sum(slice(output, [1, 3, 0])))[0]).toBeCloseTo(
    toArray(weights)
      .slice(0, 3)
      .reduce((total, weight, i) => total + weight * toArray(first)[i], 0),
    12,
  );
});

test.each(programs)("%s: as a formula and back, as JSON and back, it is the same program", (_, program) => {
  const simple = simplify(program);
  const back = simplify(parseFormula(formatFormula(simple), { tables: simple.values }));
  expect(programKey(back)).toBe(programKey(simple));
  expect(programKey(fromJSON(JSON.parse(JSON.stringify(toJSON(program)))))).toBe(programKey(program));
});

test.each(programs)("%s: simplified it gives the same numbers", (_, program) => {
  const simple = simplify(program);
  const next = randomGenerator(4).next;
  const whole = (high: number): number => Math.floor(next() * high);
  for (let i = 0; i < 200; i++) {
    const place = { batch: whole(2), head: whole(4), query: whole(30), key: whole(30), queries: 30, keys: 30 };
    const inputs = { score: 6 * next() - 3, ...place };
    expect(evaluate(simple, inputs)).toEqual(evaluate(program, inputs));
  }
});

test("a float table read by two programs gets both gradients, each in its own place", () => {
  const shared = tensor(Float64Array.of(0.5, 0.25, 1, -1));
  const score = trace(({ score, head, table }) => score.multiply(table("gain", shared).at(head)));
  const probability = trace(({ probability, head, table }) => probability.multiply(table("gain", shared).at(head)));
  const { tables } = attentionGradients(query, key, value, operands.outputGradient, { score, probability });
  const alone = attentionGradients(query, key, value, operands.outputGradient, {
    probability,
    score: ({ score, head, select }) =>
      score.multiply(select(head.equal(0), 0.5, select(head.equal(1), 0.25, select(head.equal(2), 1, -1)))),
  });
  assertAllClose(tables.probability.gain, alone.tables.probability.gain, tight);
  expect(toArray(tables.score.gain)).not.toEqual(toArray(tables.probability.gain));
});
