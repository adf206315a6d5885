import { attentionGradients as judge } from "@fovea/dot-product-attention";
import { trace } from "@fovea/program";
import { assertAllClose, tensor } from "@fovea/tensor";
import { grads, memory, scalar, sum, tidy, train, variable, type Scalar, type Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { attention } from "./attention.ts";
import { fromTf, normals, toTf } from "./testing/convert.ts";
import { backendNames, useBackend } from "./testing/use-backend.ts";

const normal = normals(5);

const query = normal([2, 4, 6, 4]);
const key = normal([2, 2, 6, 4]);
const value = normal([2, 2, 6, 3]);
const upstream = normal([2, 4, 6, 3]);

const gain = tensor([1, 0.5, 2, -1]);
const bias = normal([4, 7]);
const keep = normal([6]);
const unread = normal([2]);
const sinks = tensor([0.5, -1, 2, 0]);
const closed = tensor([true, false, true, true, false, true]);

/** Two reads of one table, a computed index that leaves its table, a probability table, an unread one. */
const score = trace(({ score: s, head, query: q, key: k, table }) => {
  const read = table("bias", { type: "float", rank: 2 });
  table("unread", { type: "float", rank: 1 });
  const gained = s.multiply(table("gain", { type: "float", rank: 1 }).at(head));
  return gained.add(read.at(head, k.subtract(q).add(2))).add(read.at(0, 1).multiply(read.at(head, 3)));
});
const probability = trace(({ probability: p, key: k, table }) =>
  p.multiply(table("keep", { type: "float", rank: 1 }).at(k)),
);
const mask = trace(({ key: k, query: q, table }) => table("closed", { type: "bool", rank: 1 }).at(k).or(k.equal(q)));
const options = { score, probability, mask, normalizer: "softmaxWithSink" } as const;

/** Programs that read tables of rank 0. */
const single = {
  score: trace(({ score: s, table }) => s.multiply(table("gain", { type: "float", rank: 0 }).at())),
  mask: trace(({ query: q, key: k, table }) => q.subtract(k).less(table("lookback", { type: "int", rank: 0 }).at())),
  probability: trace(({ probability: p, random, table }) => {
    const kept = random(table("seed", { type: "int", rank: 0 }).at()).less(0.7);
    return kept.select(p.multiply(table("factor", { type: "float", rank: 0 }).at()), 0);
  }),
};

describe.each(backendNames)("gradients of tables on %s", (backend) => {
  useBackend(backend);

  test.each(["fused", "composite"] as const)("%s: those of the plain loops", (kernels) => {
    const tables = { score: { gain, bias, unread }, probability: { keep }, mask: { closed } };
    const expected = judge(query, key, value, upstream, { ...options, tables, sinks });
    tidy(() => {
      const [q, k, v] = [query, key, value].map((input) => toTf(input));
      const run = (...learned: Tensor[]): Tensor => {
        const [gains, biases, nothing, keeps, sink] = learned;
        return attention(q, k, v, {
          ...options,
          kernels,
          sinks: sink as never,
          tables: {
            score: { gain: gains, bias: biases, unread: nothing },
            probability: { keep: keeps },
            mask: { closed: toTf(closed) },
          },
        });
      };
      const learned = [gain, bias, unread, keep, sinks].map((table) => toTf(table));
      const found = grads(run)(learned, toTf(upstream)).map(fromTf);
      const { score: ofScore, probability: ofProbability } = expected.tables;
      const wanted = [ofScore.gain, ofScore.bias, ofScore.unread, ofProbability.keep, expected.sinks];
      for (const [index, gradient] of found.entries()) {
        assertAllClose(gradient, wanted[index] as typeof gradient, { absolute: 5e-6, relative: 2e-5 });
      }
    });
  });

  test.each(["fused", "composite"] as const)("%s: of single numbers, in every program", (kernels) => {
    const given = {
      score: { gain: tensor(1.5) },
      mask: { lookback: tensor(4, { dtype: "int32" }) },
      probability: { factor: tensor(0.75), seed: tensor(9, { dtype: "int32" }) },
    };
    const expected = judge(query, key, value, upstream, { ...single, tables: given }).tables;
    const run = (gain: Tensor, factor: Tensor): Tensor =>
      attention(toTf(query), toTf(key), toTf(value), {
        ...single,
        kernels,
        tables: {
          score: { gain },
          mask: { lookback: scalar(4, "int32") },
          probability: { factor, seed: scalar(9, "int32") },
        },
      });
    tidy(() => {
      const found = grads(run)([scalar(1.5), scalar(0.75)], toTf(upstream)).map(fromTf);
      assertAllClose(found[0], expected.score.gain, { relative: 2e-5 });
      assertAllClose(found[1], expected.probability.factor, { relative: 2e-5 });
    });
  });

  test("a tf.Variable that the score reads is trained, and nothing is left behind in 200 steps", () => {
    const slopes = tidy(() => variable(toTf(tensor([0, 0, 0, 0]))));
    const optimizer = train.sgd(0.5);
    const [q, k, v] = [query, key, value].map((input) => toTf(input));
    const decay = trace(({ score: s, head, query: at, key: from, table }) =>
      s.subtract(table("slopes", { type: "float", rank: 1 }).at(head).multiply(at.subtract(from).absolute())),
    );
    const loss = (): Scalar => tidy(() => sum(attention(q, k, v, { score: decay, tables: { score: { slopes } } })));
    const first = loss();
    optimizer.minimize(loss, false, [slopes]);
    const before = memory().numTensors;
    for (let step = 0; step < 200; step++) optimizer.minimize(loss, false, [slopes]);
    expect(memory().numTensors).toBe(before);
    const last = loss();
    expect(last.dataSync()[0]).toBeLessThan(first.dataSync()[0] - 1);
    optimizer.dispose();
    for (const used of [slopes, q, k, v, first, last]) used.dispose();
  });
});
