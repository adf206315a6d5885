import { attentionGradients, normalizers } from "@fovea/dot-product-attention";
import type { AttentionOptions } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { softCap } from "@fovea/scoring";
import { allClose, cast, tensor, toArray } from "@fovea/tensor";
import type { DType, Tensor } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { randomOperands } from "./random-operands.ts";
import type { RandomOperands, Shape } from "./random-operands.ts";
import type { Suite } from "./suite.ts";

const one = (x: number): Tensor => tensor([[[[x]]]]);

/** Query rows are `large` in every feature but the last, which is 0, and keys 1 but for a last feature of their own: every score is
 *  `scale × large × (headDim - 1)`, and gradients are no sums of large numbers that cancel. */
function equalScores(large: number, shape: Shape, dtype: DType = "float32"): RandomOperands {
  const { query, key, value, outputGradient } = randomOperands(45, shape);
  const headDim = query.shape[3];
  const rows = (of: Tensor, all: number, last: (x: number) => number): Tensor =>
    cast(
      tensor(
        Float64Array.from(of.data, (x, i) => (i % headDim === headDim - 1 ? last(x) : all)),
        { shape: of.shape },
      ),
      dtype,
    );
  return { query: rows(query, large, () => 0), key: rows(key, 1, Math.round), value, outputGradient };
}

/** One query against keys whose scores are `largest`, 1 less and 2 less; the query's features are the largest score and 1. */
function nearlyOneHot(largest: number): RandomOperands {
  return {
    query: tensor([[[[largest, 1]]]]),
    key: tensor([[[[1, 0], [1, -1], [1, -2]]]]), // prettier-ignore
    value: tensor([[[[1, 2], [3, -1], [0.5, 0.25]]]]), // prettier-ignore
    outputGradient: tensor([[[[1, 0.5]]]]),
  };
}

const settings: Readonly<Record<string, AttentionOptions>> = {
  "as they are": {},
  "causal, with lengths": { mask: causal(), queryOffset: 6, keyLengths: [19, 5] },
  "a sink beside them": { normalizer: "softmaxWithSink", sinks: tensor(Float32Array.of(1e9, -1e9, 0, -Infinity)) },
  "a sink of 0": { normalizer: "softmaxPlusOne" },
  "a probability program": { probability: ({ probability }) => probability.multiply(probability) },
  "a score program": { score: ({ score, head }) => score.multiply(head.add(1).toFloat()) },
};

/** Scores far from 0: a row's weights depend on differences only, so whoever rounds maximum and total into one number, or computes a score in two ways,
 *  is wrong by a factor of exp(rounding error). */
export function describeLargeScores(suite: Suite): void {
  const { expectForward, expectBackward } = suite;
  const expectBoth = (operands: RandomOperands, options: AttentionOptions): void => {
    expectForward(operands, options);
    expectBackward(operands, options);
  };

  describe("large scores", () => {
    test.each([1e7, 1e8, 1e30, -1e9, -3.4e38])("two keys of score %d share a gradient equally", (score) => {
      const value = tensor([[[[1], [3]]]]); // prettier-ignore
      const key = tensor([[[[1], [1]]]]); // prettier-ignore
      const gradients = suite.backward({ query: one(score), key, value, outputGradient: one(1) }, { scale: 1 });
      expect(toArray(gradients.output)).toEqual([2]);
      expect(toArray(gradients.value)).toEqual([0.5, 0.5]);
      expect(toArray(gradients.query)).toEqual([0]);
    });

    test.each([100, 1000, 10_000])("50 tokens of dim 64 filled with %d see each other equally", (fill) => {
      const x = tensor(new Float32Array(50 * 64).fill(fill), { shape: [1, 1, 50, 64] });
      const ones = tensor(new Float32Array(50 * 3).fill(1), { shape: [1, 1, 50, 3] });
      const gradients = suite.backward({ query: x, key: x, value: ones, outputGradient: ones });
      expect(allClose(gradients.output, ones, { absolute: 1e-5 })).toMatchObject({ pass: true });
      expect(allClose(gradients.value, ones, { absolute: 1e-5 })).toMatchObject({ pass: true });
    });

    for (const [name, options] of Object.entries(settings)) {
      test.each([64, 1000, 1e7, 1e30, -1e7])(`equal scores of many times %d, ${name}`, (large) => {
        expectBoth(equalScores(large, { headDim: 6 }), options);
        expectBoth(equalScores(large, { headDim: 48, queries: 1 }), options);
      });
    }

    test.each([1, 1000, 1e7, 1e30])("equal scores of many times %d under a soft cap", (large) => {
      const operands = equalScores(large, { headDim: 6 });
      const { query, key, value, outputGradient } = operands;
      const options = { score: softCap(30) };
      expectForward(operands, options);
      // the slope of a cap that is reached is 0, or what 1 - tanh² is rounded to: times 10^30 there is no comparing it
      if (large === 1) expectBackward(operands, options);
      const expected = attentionGradients(query, key, value, outputGradient, options);
      suite.expectClose(suite.backward(operands, options).value, expected.value, "value");
    });

    test.each(["float16", "bfloat16", "float64"] as const)("equal scores of %s", (dtype) => {
      expectBoth(equalScores(64, { headDim: 64 }, dtype), { mask: causal(), queryOffset: 6 });
    });

    for (const normalizer of normalizers.filter((name) => name !== "softmaxWithSink" && name !== "relu")) {
      test.each([50, 1000, 1e5, 1e7])(`${normalizer}: equal scores of about %d`, (large) => {
        expectBoth(equalScores(large, { headDim: 5 }), { normalizer, scale: 0.75 });
      });
    }

    test.each([-1e9, -3.4028234663852886e38])("a padded row by a bias of %d is an even mean", (bias) => {
      for (const mask of [null, causal()]) {
        expectBoth(randomOperands(47), { mask, score: ({ score, query }) => query.equal(2).select(bias, score) });
      }
    });

    const programs: Readonly<Record<string, AttentionOptions["probability"]>> = {
      none: null,
      "dropout's factor": ({ probability }) => probability.divide(0.7),
      "a square": ({ probability }) => probability.multiply(probability),
      "a root": ({ probability }) => probability.add(0.1).sqrt(),
    };
    for (const [name, probability] of Object.entries(programs)) {
      test.each([0, 50, 1000, 1e5, 1e7])(`a few keys beside a score of %d, probability program: ${name}`, (largest) => {
        expectBoth(nearlyOneHot(largest), { probability, scale: 1 });
      });
    }
  });
}
