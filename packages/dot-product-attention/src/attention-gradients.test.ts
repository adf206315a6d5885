import {
  add,
  assertAllClose,
  concatenate,
  multiply,
  reshape,
  slice,
  sum,
  tensor,
  toArray,
  toFloat64,
} from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import type { Scope, Value } from "@fovea/program";
import { causal } from "@fovea/masking";
import { expect, test } from "vitest";
import { attention } from "./attention.ts";
import { attentionGradients } from "./attention-gradients.ts";
import type { AttentionOptions } from "./options.ts";
import { normalizers } from "./normalizer.ts";
import { centralDifference } from "./testing/central-difference.ts";
import { randomOperands, repeatHeads, tokens } from "./testing/random-operands.ts";

const close = { absolute: 1e-7, relative: 1e-6 };
const float64 = (values: readonly number[]): Tensor => tensor(Float64Array.from(values));
const shape = { batch: 1, heads: 2, keyHeads: 1, queries: 3, keys: 4, headDim: 2, valueDim: 2 };

const scores: Record<string, { program: ((scope: Scope) => Value) | null; tables: Record<string, Tensor> }> = {
  none: { program: null, tables: {} },
  softCap: { program: ({ score }) => score.divide(1.5).tanh().multiply(1.5), tables: {} },
  slopesAndBias: {
    // slope is read twice, bias by a computed index that leaves the table on one side
    program: ({ score, head, query, key, table }) => {
      const slope = table("slope", { type: "float", rank: 1 });
      const bias = table("bias", { type: "float", rank: 1 });
      return score
        .multiply(slope.at(head).add(1))
        .add(slope.at(head).multiply(key.subtract(query)))
        .add(bias.at(key.subtract(query).add(1)));
    },
    tables: { slope: float64([0.3, -0.2]), bias: float64([0.1, -0.4, 0.7]) },
  },
};
const masks: Record<string, AttentionOptions["mask"]> = {
  none: null,
  causal: causal(),
  checkered: ({ batch, head, query, key }) => batch.add(head).add(query).add(key).remainder(3).notEqual(0),
};
const probabilities: Record<string, { program: ((scope: Scope) => Value) | null; tables: Record<string, Tensor> }> = {
  none: { program: null, tables: {} },
  dropout: { program: ({ score, random }) => random(3).less(0.3).select(0, score.divide(0.7)), tables: {} },
  squareWithGain: {
    program: ({ score, key, table }) =>
      score.multiply(score).multiply(table("gain", { type: "float", rank: 1 }).at(key)),
    tables: { gain: float64([1, -0.5, 2, 0.25]) },
  },
};

for (const normalizer of normalizers) {
  for (const [scoreName, score] of Object.entries(scores)) {
    for (const [maskName, mask] of Object.entries(masks)) {
      for (const [probabilityName, probability] of Object.entries(probabilities)) {
        test(`${normalizer}, score ${scoreName}, mask ${maskName}, probability ${probabilityName}: as central differences`, () => {
          const { query, key, value } = randomOperands(11, shape);
          const outputGradient = randomOperands(12, { ...shape, keyHeads: 2, keys: 3 }).value;
          const sinks = normalizer === "softmaxWithSink" ? float64([0.4, -0.6]) : null;
          const options = {
            normalizer,
            mask: mask ?? null,
            score: score.program,
            probability: probability.program,
            sinks,
            tables: { score: score.tables, probability: probability.tables },
            queryOffset: 0,
          };
          const loss = (q: Tensor, k: Tensor, v: Tensor, changed: Partial<AttentionOptions> = {}): number =>
            toFloat64(sum(multiply(attention(q, k, v, { ...options, ...changed }).output, outputGradient)))[0];
          const gradients = attentionGradients(query, key, value, outputGradient, options);
          assertAllClose(
            gradients.query,
            centralDifference(query, (x) => loss(x, key, value)),
            close,
          );
          assertAllClose(
            gradients.key,
            centralDifference(key, (x) => loss(query, x, value)),
            close,
          );
          assertAllClose(
            gradients.value,
            centralDifference(value, (x) => loss(query, key, x)),
            close,
          );
          for (const [name, table] of Object.entries(score.tables)) {
            const moved = (x: Tensor): number =>
              loss(query, key, value, { tables: { ...options.tables, score: { ...score.tables, [name]: x } } });
            assertAllClose(gradients.tables.score[name], centralDifference(table, moved), close);
          }
          for (const [name, table] of Object.entries(probability.tables)) {
            const moved = (x: Tensor): number =>
              loss(query, key, value, { tables: { ...options.tables, probability: { [name]: x } } });
            assertAllClose(gradients.tables.probability[name], centralDifference(table, moved), close);
          }
          if (sinks) {
            const expected = centralDifference(sinks, (x) => loss(query, key, value, { sinks: x }));
            assertAllClose(gradients.sinks as Tensor, expected, close);
          }
        });
      }
    }
  }
}

const operands = randomOperands(21);
const outputGradient = randomOperands(22, { keyHeads: 4, keys: 5 }).value;

test("the output comes along, the same as attention gives", () => {
  const { query, key, value } = operands;
  const { output } = attentionGradients(query, key, value, outputGradient, { mask: causal() });
  expect(toArray(output)).toEqual(toArray(attention(query, key, value, { mask: causal() }).output));
});

test("cached keys and new ones get the gradients they would get as one", () => {
  const { query, key, value } = operands;
  const past = { key: tokens(key, 0, 4), value: tokens(value, 0, 4) };
  const options = { mask: causal(), past };
  const split = attentionGradients(query, tokens(key, 4, 6), tokens(value, 4, 6), outputGradient, options);
  const whole = attentionGradients(query, key, value, outputGradient, { mask: causal(), queryOffset: 4 });
  expect(toArray(concatenate([split.past?.key as Tensor, split.key], 2))).toEqual(toArray(whole.key));
  expect(toArray(concatenate([split.past?.value as Tensor, split.value], 2))).toEqual(toArray(whole.value));
  expect(whole.past).toBeNull();
});

test("each batch element has its own gradients, and tables sum over all", () => {
  const { query, key, value } = operands;
  const options: AttentionOptions = {
    score: ({ score, head, table }) => score.multiply(table("gain", float64([1, 2, 3, 4])).at(head)),
    normalizer: "sigmoid",
  };
  const whole = attentionGradients(query, key, value, outputGradient, options);
  const [first, second] = [0, 1].map((b) => {
    const [q, k, v, g] = [query, key, value, outputGradient].map((t) => slice(t, [[b, b + 1]]));
    return attentionGradients(q, k, v, g, options);
  });
  for (const name of ["query", "key", "value"] as const) {
    expect(toArray(concatenate([first[name], second[name]], 0))).toEqual(toArray(whole[name]));
  }
  const sums = add(first.tables.score.gain, second.tables.score.gain);
  assertAllClose(whole.tables.score.gain, sums, { absolute: 1e-12, relative: 1e-12 });
});

test("grouped heads sum their gradients into the key head they share", () => {
  const { query, key, value } = operands;
  const grouped = attentionGradients(query, key, value, outputGradient);
  const repeated = attentionGradients(query, repeatHeads(key), repeatHeads(value), outputGradient);
  const tight = { absolute: 1e-12, relative: 1e-12 };
  assertAllClose(grouped.key, sum(reshape(repeated.key, [2, 2, 2, 6, 3]), 2), tight);
  assertAllClose(grouped.value, sum(reshape(repeated.value, [2, 2, 2, 6, 7]), 2), tight);
});

test("a float table without influence gets zeros, and an int table gets no gradient", () => {
  const { query, key, value } = operands;
  const unused = tensor([1, 2, 3]);
  const { tables } = attentionGradients(query, key, value, outputGradient, {
    score: ({ score, table, key: k, constant }) =>
      constant(true)
        .select(score, table("unused", unused).at(k.multiply(2)))
        .add(table("shift", tensor(Int32Array.from([1, 2, 3, 4, 5, 6]))).at(k)),
  });
  expect(Object.keys(tables.score)).toEqual(["unused"]);
  expect(toArray(tables.score.unused)).toEqual([0, 0, 0]);
});

test("gradients of float32 operands are float32, of float32 tables float32", () => {
  const { query, key, value } = randomOperands(23, { dtype: "float32" });
  const gradients = attentionGradients(query, key, value, tensor(outputGradient, { dtype: "float32" }), {
    score: ({ score, key: k, table }) => score.add(table("bias", tensor([1, 2, 3, 4, 5, 6])).at(k)),
  });
  expect([gradients.query.dtype, gradients.key.dtype, gradients.value.dtype]).toEqual([
    "float32",
    "float32",
    "float32",
  ]);
  expect(gradients.tables.score.bias.dtype).toBe("float32");
});

test("adding one number to every score of a softmax row moves nothing, so the bias gradients of a row sum to zero", () => {
  const { query, key, value } = operands;
  const { tables } = attentionGradients(query, key, value, outputGradient, {
    score: ({ score, query: q, table }) => score.add(table("row", float64([0, 0, 0, 0, 0])).at(q)),
  });
  assertAllClose(tables.score.row, float64([0, 0, 0, 0, 0]), { absolute: 1e-12, relative: 0 });
});

test("an output gradient of another shape or type is refused", () => {
  const { query, key, value } = operands;
  expect(() => attentionGradients(query, key, value, slice(outputGradient, [[0, 1]]))).toThrow(
    "attentionGradients: expected outputGradient [2, 4, 5, 7] like the output, got [1, 4, 5, 7].",
  );
  expect(() => attentionGradients(query, key, value, tensor(Int32Array.from([1])))).toThrow("of rank 4");
});
