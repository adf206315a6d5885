import { normalizers, normalizerTraits } from "@fovea/dot-product-attention";
import type { AttentionOptions } from "@fovea/dot-product-attention";
import { trace } from "@fovea/program";
import { clone, tensor, toArray, write } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { backwardBits, forwardBits } from "./bits.ts";
import { randomOperands } from "./random-operands.ts";
import type { RandomOperands } from "./random-operands.ts";
import type { Suite } from "./suite.ts";

const hiddenKey = 4;
const sinks = tensor(Float64Array.of(0.5, -1, 0, 2));
const bias = tensor(
  Float32Array.from({ length: 19 }, (_, key) => (key === hiddenKey || key > 15 ? -Infinity : 0.1 * key)),
);

/** Ways of hiding key 4 and all from 16 on, and the queries from 11 on. */
const ways: Readonly<Record<string, AttentionOptions>> = {
  "a mask": {
    mask: trace(({ query, key }) => key.notEqual(hiddenKey).and(key.less(16)).and(query.less(11))),
  },
  "lengths and a mask": { keyLengths: [16, 16], queryLengths: [11, 11], mask: ({ key }) => key.notEqual(hiddenKey) },
  "a score of -Infinity, of numbers": {
    score: ({ score, key, query, table }) => query.less(11).select(score.add(table("bias", bias).at(key)), -Infinity),
  },
};

const hiddenKeys = (token: number): boolean => token === hiddenKey || token > 15;
const hiddenQueries = (token: number): boolean => token > 10;

/** Puts `poison` where it may have no influence. Behind a bias the score itself must stay a number: a sum with NaN is NaN, and is seen. */
function poisoned(operands: RandomOperands, poison: number, way: string): RandomOperands {
  const isBias = way.startsWith("a score");
  const spoil = (t: Tensor, isHidden: (token: number) => boolean): Tensor => {
    const copy = clone(t);
    const [batch, heads, tokens, dim] = t.shape;
    for (let b = 0; b < batch; b++)
      for (let h = 0; h < heads; h++)
        for (let token = 0; token < tokens; token++)
          for (let d = 0; isHidden(token) && d < dim; d++) write(copy, [b, h, token, d], poison);
    return copy;
  };
  return {
    query: isBias ? operands.query : spoil(operands.query, hiddenQueries),
    key: isBias ? operands.key : spoil(operands.key, hiddenKeys),
    value: spoil(operands.value, hiddenKeys),
    outputGradient: spoil(operands.outputGradient, hiddenQueries),
  };
}

/** Of a tensor of 13 rows per head, the numbers of those from 4 on. */
const rows = (t: Tensor): number[] => toArray(t).filter((_, i) => Math.floor(i / (t.shape[3] ?? 1)) % 13 >= 4);

/** What may not be seen has no influence at all, and what sees nothing is zero. */
export function describeUnseen(suite: Suite): void {
  const { expectForward, expectBackward } = suite;
  describe("the unseen", () => {
    for (const normalizer of normalizers) {
      test.each(Object.entries(ways))(
        `${normalizer}: NaN and infinities behind %s change no bit, forward and backward`,
        (way, options) => {
          const clean = randomOperands(31, { valueDim: 9 });
          const all = {
            ...options,
            normalizer,
            ...(normalizerTraits[normalizer].sink === "learned" ? { sinks } : {}),
            returns: { rowMaximum: true },
          };
          const forward = forwardBits(suite.forward(clean, all));
          const backward = backwardBits(suite.backward(clean, all));
          for (const poison of [NaN, Infinity, -Infinity, 3e38]) {
            const spoiled = poisoned(clean, poison, way);
            expect(forwardBits(suite.forward(spoiled, all))).toEqual(forward);
            expect(backwardBits(suite.backward(spoiled, all))).toEqual(backward);
          }
          expectForward(clean, { ...options, normalizer, sinks: all.sinks });
          expectBackward(clean, { ...options, normalizer, sinks: all.sinks });
        },
      );

      test(`${normalizer}: a row that sees nothing is zero and gives zero gradients`, () => {
        const operands = randomOperands(32);
        const options = {
          mask: trace(({ query }) => query.less(4)),
          normalizer,
          ...(normalizerTraits[normalizer].sink === "learned" ? { sinks } : {}),
        };
        const { output, rowMaximum } = suite.forward(operands, { ...options, returns: { rowMaximum: true } });
        expect(new Set(rows(output))).toEqual(new Set([0]));
        expect(new Set(rows(rowMaximum as Tensor))).toEqual(new Set([-Infinity]));
        const gradients = suite.backward(operands, options);
        expect(new Set(rows(gradients.query).map(Math.abs))).toEqual(new Set([0]));
        expectBackward(operands, options);
      });
    }

    test("nothing is seen at all: zero, logSumExp and rowMaximum -Infinity, zero gradients", () => {
      for (const options of [
        { mask: trace(({ key }) => key.less(0)) },
        { keyLengths: [0, 0] },
        { score: trace(({ score }) => score.multiply(0).subtract(Infinity)) },
      ]) {
        const result = suite.forward(randomOperands(33), {
          ...options,
          returns: { logSumExp: true, rowMaximum: true },
        });
        const [output, ...statistics] = forwardBits(result);
        expect(new Set(output.map(Math.abs))).toEqual(new Set([0]));
        for (const bits of statistics) expect(new Set(bits)).toEqual(new Set([-Infinity]));
        const { query, key, value } = suite.backward(randomOperands(33), options);
        for (const gradient of [query, key, value])
          expect(new Set(toArray(gradient).map(Math.abs))).toEqual(new Set([0]));
      }
    });

    test("NaN that is seen makes exactly the rows that see it NaN", () => {
      const operands = randomOperands(34);
      write(operands.key as Tensor, [0, 1, 6, 2], NaN);
      expectForward(operands, { mask: ({ query, key }) => key.lessEqual(query) });
    });
  });
}
