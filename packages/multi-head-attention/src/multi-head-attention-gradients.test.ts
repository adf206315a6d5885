import { assertAllClose, randomGenerator, tensor, toArray, type Tensor } from "@fovea/tensor";
import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import { expect, test } from "vitest";
import { KeyValueCache } from "./cache/key-value-cache.ts";
import { MultiHeadAttentionError } from "./multi-head-attention-error.ts";
import { multiHeadAttentionGradients } from "./multi-head-attention-gradients.ts";
import { multiHeadAttention } from "./multi-head-attention.ts";
import { centralDifferences } from "./naive.test-support.ts";
import type { MultiHeadAttentionOptions } from "./options.ts";
import type { MultiHeadAttentionWeights, Projection } from "./weights/weights.ts";

const random = randomGenerator(21);
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float64" });
const linear = (from: number, to: number): Projection => ({ weight: normal(from, to), bias: normal(to) });
const positionTransform = rotaryTransform(rotaryTables({ positions: 16, rotaryDim: 4 }), { layout: "halves" });
const close = { absolute: 1e-6, relative: 1e-6 };

/** 2 heads of 4 over 1 key head, values of 3. */
const weights: MultiHeadAttentionWeights = {
  query: linear(5, 8),
  key: linear(5, 4),
  value: linear(5, 3),
  output: linear(6, 5),
  queryNormalization: { kind: "rms", scale: normal(4), epsilon: 0.1 },
  keyNormalization: { kind: "layer", scale: normal(4), bias: normal(4), epsilon: 0.1 },
};
const query = normal(2, 3, 5);
const outputGradient = normal(2, 3, 5);

/** The number whose slope with respect to the output is outputGradient. */
function loss(weights: MultiHeadAttentionWeights, query: Tensor, options: MultiHeadAttentionOptions): number {
  const slopes = toArray(outputGradient);
  return toArray(multiHeadAttention(weights, query, options).output).reduce((sum, y, i) => sum + y * slopes[i], 0);
}

test("gradients of every weight, bias and scale agree with central differences", () => {
  const options = {
    heads: 2,
    positionTransform,
    mask: ({ query, key }) => key.lessEqual(query),
  } satisfies MultiHeadAttentionOptions;
  const gradients = multiHeadAttentionGradients(weights, query, outputGradient, options).weights;
  for (const role of ["query", "key", "value", "output"] as const) {
    for (const part of ["weight", "bias"] as const) {
      const expected = centralDifferences(weights[role]![part]!, (changed) =>
        loss({ ...weights, [role]: { ...weights[role], [part]: changed } }, query, options),
      );
      assertAllClose(gradients[role]![part]!, expected, close);
    }
  }
  for (const [role, parts] of [
    ["queryNormalization", ["scale"]],
    ["keyNormalization", ["scale", "bias"]],
  ] as const) {
    expect(Object.keys(gradients[role]!)).toEqual(parts);
    for (const part of ["scale", "bias"] as const) {
      const learned = weights[role]![part];
      if (!learned) continue;
      const expected = centralDifferences(learned, (changed) =>
        loss({ ...weights, [role]: { ...weights[role], [part]: changed } }, query, options),
      );
      assertAllClose(gradients[role]![part]!, expected, close);
    }
  }
});

test("in self-attention the query's gradient holds what keys and values add", () => {
  const options = { heads: 2, positionTransform };
  const gradients = multiHeadAttentionGradients(weights, query, outputGradient, options);
  assertAllClose(
    gradients.query,
    centralDifferences(query, (changed) => loss(weights, changed, options)),
    close,
  );
  expect(gradients.key).toBeNull();
  expect(gradients.value).toBeNull();
});

test("in cross-attention query, key and value have gradients of their own", () => {
  const [key, value] = [normal(2, 4, 5), normal(2, 4, 5)];
  const options = { heads: 2, key, value };
  const gradients = multiHeadAttentionGradients(weights, query, outputGradient, options);
  assertAllClose(
    gradients.query,
    centralDifferences(query, (changed) => loss(weights, changed, options)),
    close,
  );
  assertAllClose(
    gradients.key!,
    centralDifferences(key, (changed) => loss(weights, query, { ...options, key: changed })),
    close,
  );
  assertAllClose(
    gradients.value!,
    centralDifferences(value, (changed) => loss(weights, query, { ...options, value: changed })),
    close,
  );

  const shared = multiHeadAttentionGradients(weights, query, outputGradient, { heads: 2, key });
  assertAllClose(
    shared.key!,
    centralDifferences(key, (changed) => loss(weights, query, { heads: 2, key: changed })),
    close,
  );
  expect(shared.value).toBeNull();
});

const withTables = (table: Tensor, sink: Tensor): MultiHeadAttentionOptions => ({
  heads: 2,
  score: ({ score, head, query, key, table: declare }) => score.add(declare("bias", table).at(head, query, key)),
  normalizer: "softmaxWithSink",
  sinks: sink,
});

test("score tables and sinks have gradients", () => {
  const bias = normal(2, 3, 3);
  const sinks = normal(2);
  const gradients = multiHeadAttentionGradients(weights, query, outputGradient, withTables(bias, sinks));
  assertAllClose(
    gradients.tables.score["bias"],
    centralDifferences(bias, (changed) => loss(weights, query, withTables(changed, sinks))),
    close,
  );
  assertAllClose(
    gradients.sinks!,
    centralDifferences(sinks, (changed) => loss(weights, query, withTables(bias, changed))),
    close,
  );
});

test("without biases, normalizations and output projection there are no gradients for them", () => {
  const bare = { query: { weight: normal(5, 8) }, key: { weight: normal(5, 8) }, value: { weight: normal(5, 6) } };
  const gradient = normal(2, 3, 6);
  const { weights: gradients } = multiHeadAttentionGradients(bare, query, gradient, { heads: 2 });
  expect(Object.keys(gradients)).toEqual(["query", "key", "value"]);
  expect(Object.keys(gradients.query)).toEqual(["weight"]);
});

test("a cache and a gradient of another shape are refused", () => {
  const cached = { heads: 2, cache: new KeyValueCache() };
  expect(() => multiHeadAttentionGradients(weights, query, outputGradient, cached)).toThrow(MultiHeadAttentionError);
  expect(() => multiHeadAttentionGradients(weights, query, tensor([[[1]]]), { heads: 2 })).toThrow(
    "outputGradient must have shape [2, 3, 5]",
  );
});
