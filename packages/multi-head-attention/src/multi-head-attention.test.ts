import {
  allClose,
  assertAllClose,
  concatenate,
  randomGenerator,
  slice,
  tensor,
  toArray,
  type Tensor,
} from "@fovea/tensor";
import type { BlockOperations } from "@fovea/block-operations";
import { referenceBackend } from "@fovea/dot-product-attention";
import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import { expect, test } from "vitest";
import { multiHeadAttention } from "./multi-head-attention.ts";
import { naiveMultiHeadAttention } from "./naive.test-support.ts";
import type { MultiHeadAttentionOptions } from "./options.ts";
import type { MultiHeadAttentionWeights, Projection } from "./weights/weights.ts";

const random = randomGenerator(7);
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float64" });
const linear = (from: number, to: number): Projection => ({ weight: normal(from, to), bias: normal(to) });
const close = { absolute: 1e-10 };
const causal: Pick<MultiHeadAttentionOptions, "mask"> = { mask: ({ query, key }) => key.lessEqual(query) };
const lookBack = (query: number, key: number): boolean => key <= query;

/** 4 heads of 6 over 2 key heads, values of 5, vectors of 8. */
const grouped: MultiHeadAttentionWeights = {
  query: linear(8, 24),
  key: linear(8, 12),
  value: linear(8, 10),
  output: linear(20, 8),
};
const rotary = rotaryTransform(rotaryTables({ positions: 64, rotaryDim: 6 }));
const x = normal(2, 7, 8);
const count = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test("two tokens, one head, identity weights: the softmax of 1/sqrt(2) and 0 by hand", () => {
  const identity = {
    weight: tensor([
      [1, 0],
      [0, 1],
    ]),
  };
  const weights = { query: identity, key: identity, value: identity, output: identity };
  const { output } = multiHeadAttention(
    weights,
    tensor([
      [
        [1, 0],
        [0, 1],
      ],
    ]),
    { heads: 1 },
  );
  // exp(0.70711) = 2.02811, so the weights are 2.02811 / 3.02811 = 0.66976 and 0.33024
  expect(
    allClose(
      output,
      [
        [
          [0.66976, 0.33024],
          [0.33024, 0.66976],
        ],
      ],
      { absolute: 1e-5 },
    ).message,
  ).toMatch(/agree/);
});

test("two heads split the features, not the tokens", () => {
  // head 0 sees the first number of each vector, head 1 the second
  const identity = {
    weight: tensor([
      [1, 0],
      [0, 1],
    ]),
  };
  const weights = { query: identity, key: identity, value: identity };
  const { output, attended } = multiHeadAttention(
    weights,
    tensor([
      [
        [1, 0],
        [0, 1],
      ],
    ]),
    { heads: 2 },
  );
  expect(attended.shape).toEqual([1, 2, 2, 1]);
  // scores 1·1 = 1 and 0: e / (e + 1) = 0.73106
  expect(
    allClose(
      output,
      [
        [
          [0.73106, 0.5],
          [0.5, 0.73106],
        ],
      ],
      { absolute: 1e-5 },
    ).message,
  ).toMatch(/agree/);
});

test("self-attention with grouped heads, biases and a causal mask equals the formulas", () => {
  const { output } = multiHeadAttention(grouped, x, { heads: 4, ...causal });
  assertAllClose(output, naiveMultiHeadAttention(grouped, x, { heads: 4, visible: lookBack }), close);
  expect(output.shape).toEqual([2, 7, 8]);
});

test("cross-attention takes keys and values of other sizes and lengths", () => {
  const weights = { query: linear(8, 12), key: linear(5, 12), value: linear(3, 8), output: linear(8, 9) };
  const [key, value] = [normal(2, 4, 5), normal(2, 4, 3)];
  const { output } = multiHeadAttention(weights, x, { heads: 4, key, value });
  expect(output.shape).toEqual([2, 7, 9]);
  assertAllClose(output, naiveMultiHeadAttention(weights, x, { heads: 4, key, value }), close);
});

const repeat = ({ weight, bias }: Projection): Projection => ({
  weight: concatenate([weight, weight, weight, weight], 1),
  bias: concatenate([bias!, bias!, bias!, bias!], 0),
});

test("one key head for all (multi-query) equals its key head repeated for each head", () => {
  const single = { query: linear(8, 24), key: linear(8, 6), value: linear(8, 6), output: linear(24, 8) };
  const repeated = { ...single, key: repeat(single.key), value: repeat(single.value) };
  const { output, key } = multiHeadAttention(single, x, { heads: 4 });
  expect(key.shape).toEqual([2, 1, 7, 6]);
  assertAllClose(output, multiHeadAttention(repeated, x, { heads: 4 }).output, close);
});

test.each(["rms", "layer"] as const)(
  "queries and keys are normalized per head (%s), then turned by position",
  (kind) => {
    const weights: MultiHeadAttentionWeights = {
      ...grouped,
      queryNormalization: { kind, scale: normal(6), ...(kind === "layer" && { bias: normal(6) }) },
      keyNormalization: { kind, scale: normal(6), epsilon: 0.01 },
    };
    const { output } = multiHeadAttention(weights, x, { heads: 4, positionTransform: rotary });
    const naive = naiveMultiHeadAttention(weights, x, { heads: 4, rotary: { query: count(0, 7), key: count(0, 7) } });
    // rotary tables are float32
    assertAllClose(output, naive, { absolute: 1e-5 });
  },
);

test("positions may be given, for queries and keys alike or apart", () => {
  const places = [3, 4, 5, 0, 1, 2, 3];
  const positions = tensor([places, places], { dtype: "int32" });
  const alike = multiHeadAttention(grouped, x, { heads: 4, positionTransform: rotary, positions });
  assertAllClose(
    alike.output,
    naiveMultiHeadAttention(grouped, x, { heads: 4, rotary: { query: places, key: places } }),
    { absolute: 1e-5 },
  );
  const key = normal(2, 3, 8);
  const keyPositions = tensor(
    [
      [9, 2, 4],
      [9, 2, 4],
    ],
    { dtype: "int32" },
  );
  const apart = multiHeadAttention(grouped, x, { heads: 4, key, positionTransform: rotary, positions, keyPositions });
  const expected = naiveMultiHeadAttention(grouped, x, { heads: 4, key, rotary: { query: places, key: [9, 2, 4] } });
  assertAllClose(apart.output, expected, { absolute: 1e-5 });
});

test("attention's own options pass through: score, scale, sinks, statistics", () => {
  const flat = multiHeadAttention(grouped, x, { heads: 4, score: ({ score }) => score.multiply(0), scale: 3 });
  // all scores 0: every query gets the mean of the values
  const first = slice(flat.output, [null, [0, 1]]);
  for (let i = 1; i < 7; i++) assertAllClose(slice(flat.output, [null, [i, i + 1]]), first, close);
  const { logSumExp } = multiHeadAttention(grouped, x, {
    heads: 4,
    scale: 0,
    normalizer: "softmaxWithSink",
    sinks: tensor([0, 0, 0, 0]),
    returns: { logSumExp: true },
  });
  expect(logSumExp!.shape).toEqual([2, 4, 7]);
  expect(toArray(logSumExp!)[0]).toBeCloseTo(Math.log(7), 10);
  expect(() => multiHeadAttention(grouped, x, { heads: 4, maks: causal } as MultiHeadAttentionOptions)).toThrow("maks");
});

test("every projection goes through the backend that is given", () => {
  const shapes: string[] = [];
  const counted: BlockOperations["linear"] = (vectors, weight, options) => {
    shapes.push((weight as Tensor).shape.join("×"));
    return referenceBackend.operations.linear(vectors, weight, options);
  };
  const backend = { ...referenceBackend, operations: { ...referenceBackend.operations, linear: counted } };
  multiHeadAttention(grouped, x, { heads: 4, backend });
  expect(shapes).toEqual(["8×24", "8×12", "8×10", "20×8"]);
});

const refused = (changed: Partial<MultiHeadAttentionWeights>, message: string, heads = 4): void => {
  expect(() => multiHeadAttention({ ...grouped, ...changed }, x, { heads })).toThrow(message);
};

test("weights and inputs that do not fit are refused by name", () => {
  refused({}, "query.weight must have a column count that 5 heads divide, got 24", 5);
  refused({}, "heads must be a whole number of at least 1, got 0", 0);
  refused({ key: linear(8, 18) }, "key.weight must have 6 columns");
  refused({ value: linear(8, 9) }, "value.weight must have columns for 2 key heads, got 9");
  refused({ output: linear(24, 8) }, "output.weight must have shape [20, outputDim], got [24, 8]");
  refused({ query: { ...linear(8, 24), bias: normal(8) } }, "query.bias must have shape [24], got [8]");
  refused({ queryNormalization: { kind: "rms", bias: normal(6) } }, "kind rms has no bias");
  refused(
    { keyNormalization: { kind: "layer", scale: normal(24) } },
    "keyNormalization.scale must have shape [6], got [24]",
  );
  expect(() => multiHeadAttention(grouped, normal(2, 7, 9), { heads: 4 })).toThrow(
    "query must have shape [batch, queries, 8]",
  );
  expect(() => multiHeadAttention(grouped, x, { heads: 4, key: normal(1, 7, 8) })).toThrow(
    "key must have shape [2, keys, 8]",
  );
  expect(() => multiHeadAttention(grouped, x, { heads: 4, value: x })).toThrow("value came without key");
});
