import { causal, createBlockMask, slidingWindow } from "@fovea/masking";
import { assertAllClose, concatenate, full, slice, stack, tensor, toArray, toNested, zeros } from "@fovea/tensor";
import { randomUniform, trace } from "@fovea/program";
import type { Scope, Value } from "@fovea/program";
import { expect, test } from "vitest";
import { attention } from "./attention.ts";
import { normalizers } from "./normalizer.ts";
import { naiveAttention } from "./testing/naive-attention.ts";
import type { NaiveOptions } from "./testing/naive-attention.ts";
import { nested, randomOperands, repeatHeads, tokens } from "./testing/random-operands.ts";
import type { Tensor } from "@fovea/tensor";

const tight = { absolute: 1e-12, relative: 1e-12 };
const one = (rows: number[][]): Tensor => tensor([[rows]], { dtype: "float64" });

/** The same thing twice: as a program, and as a JavaScript function for the naive matrices. */
const scores = {
  none: {},
  relative: {
    program: ({ score, head, query, key }: Scope): Value =>
      score.add(key.subtract(query).multiply(0.25).divide(head.add(1))),
    naive: (s: number, _b: number, h: number, q: number, k: number) => s + ((k - q) * 0.25) / (h + 1),
  },
  softCap: {
    program: ({ score }: Scope): Value => score.divide(0.7).tanh().multiply(0.7),
    naive: (s: number) => 0.7 * Math.tanh(s / 0.7),
  },
};
const masks = {
  none: {},
  causal: { program: causal(), naive: (_b: number, _h: number, q: number, k: number) => k <= q },
  checkered: {
    program: ({ batch, head, query, key }: Scope): Value =>
      batch.add(head).add(query).add(key).remainder(3).notEqual(0),
    naive: (b: number, h: number, q: number, k: number) => (b + h + q + k) % 3 !== 0,
  },
};
const probabilities = {
  none: {},
  dropout: {
    program: ({ score, random }: Scope): Value => random(7).less(0.4).select(0, score.divide(0.6)),
    naive: (w: number, b: number, h: number, q: number, k: number) =>
      randomUniform(7, b, h, q, k) < 0.4 ? 0 : w / 0.6,
  },
};

test("a query that matches one key of two takes most of its value", () => {
  // scores 1 and 0: weights e / (e + 1) and 1 / (e + 1)
  const { output } = attention(one([[1, 0]]), one([[1, 0], [0, 1]]), one([[10], [20]]), { scale: 1 }); // prettier-ignore
  assertAllClose(output, one([[(10 * Math.E + 20) / (Math.E + 1)]]), tight);
});

test("the default scale is one over the root of headDim", () => {
  const { output } = attention(one([[2, 0, 0, 0]]), one([[1, 9, 9, 9], [0, 9, 9, 9]]), one([[1], [0]])); // prettier-ignore
  assertAllClose(output, one([[Math.E / (Math.E + 1)]]), tight);
});

test("equal scores give the mean of the values", () => {
  const { output } = attention(zeros([1, 1, 1, 2]), zeros([1, 1, 4, 2]), tensor([[[[1], [2], [3], [6]]]]));
  expect(toNested(output)).toEqual([[[[3]]]]);
});

for (const normalizer of normalizers) {
  for (const [scoreName, score] of Object.entries(scores)) {
    for (const [maskName, mask] of Object.entries(masks)) {
      for (const [probabilityName, probability] of Object.entries(probabilities)) {
        test(`${normalizer}, score ${scoreName}, mask ${maskName}, probability ${probabilityName}: as with matrices`, () => {
          const { query, key, value } = randomOperands(1);
          const sinks = normalizer === "softmaxWithSink" ? [0.5, -1, 2, -Infinity] : undefined;
          const { output, rowMaximum } = attention(query, key, value, {
            normalizer,
            score: "program" in score ? score.program : null,
            mask: "program" in mask ? mask.program : null,
            probability: "program" in probability ? probability.program : null,
            sinks: sinks && tensor(Float64Array.from(sinks)),
            returns: { rowMaximum: true },
          });
          const options: NaiveOptions = {
            normalizer,
            ...("naive" in score ? { score: score.naive } : {}),
            ...("naive" in mask ? { mask: mask.naive } : {}),
            ...("naive" in probability ? { probability: probability.naive } : {}),
            ...(sinks ? { sinks } : {}),
          };
          const expected = naiveAttention(nested(query), nested(key), nested(value), options);
          assertAllClose(output, tensor(expected.output, { dtype: "float64" }), { absolute: 1e-9, relative: 1e-9 });
          assertAllClose(rowMaximum as Tensor, tensor(expected.rowMaximum, { dtype: "float64" }), tight);
        });
      }
    }
  }
}

test("logSumExp is the log of the summed exponentials of the keys; a sink is not counted", () => {
  const { query, key, value } = randomOperands(2);
  const expected = naiveAttention(nested(query), nested(key), nested(value), { mask: masks.checkered.naive });
  for (const normalizer of ["softmax", "softmaxPlusOne"] as const) {
    const options = { normalizer, mask: masks.checkered.program, returns: { logSumExp: true } };
    const { logSumExp } = attention(query, key, value, options);
    assertAllClose(logSumExp as Tensor, tensor(expected.logSumExp, { dtype: "float64" }), tight);
  }
});

test("extra results come only when asked for", () => {
  const { query, key, value } = randomOperands(2);
  expect(Object.keys(attention(query, key, value))).toEqual(["output"]);
});

test("grouped heads are the same as key heads repeated", () => {
  const { query, key, value } = randomOperands(3);
  const grouped = attention(query, key, value, { mask: causal() });
  const repeated = attention(query, repeatHeads(key), repeatHeads(value), { mask: causal() });
  expect(toArray(grouped.output)).toEqual(toArray(repeated.output));
});

const reorder = (t: Tensor): Tensor =>
  concatenate(
    [3, 0, 5, 1, 4, 2].map((k) => slice(t, [null, null, [k, k + 1]])),
    2,
  );

test("reordering keys together with their values changes nothing but rounding", () => {
  const { query, key, value } = randomOperands(4);
  assertAllClose(attention(query, reorder(key), reorder(value)).output, attention(query, key, value).output, tight);
});

test("each batch element is attended by itself", () => {
  const { query, key, value } = randomOperands(5);
  const whole = attention(query, key, value, { normalizer: "entmax15" }).output;
  for (const b of [0, 1]) {
    const [q, k, v] = [query, key, value].map((t) => slice(t, [[b, b + 1]]));
    expect(toArray(attention(q, k, v, { normalizer: "entmax15" }).output)).toEqual(toArray(slice(whole, [b])));
  }
});

test("step by step with a growing past is the same as the whole causal call", () => {
  const { query, key, value } = randomOperands(6, { queries: 6, keys: 6 });
  const score = scores.relative.program;
  const whole = attention(query, key, value, { mask: causal(), score }).output;
  const steps = [0, 1, 2, 3, 4, 5].map((t) => {
    const now = (x: Tensor): Tensor => slice(x, [null, null, [t, t + 1]]);
    const past = { key: slice(key, [null, null, [0, t]]), value: slice(value, [null, null, [0, t]]) };
    return attention(now(query), now(key), now(value), { mask: causal(), score, past }).output;
  });
  expect(toArray(concatenate(steps, 2))).toEqual(toArray(whole));
});

test("a negative query offset puts the first queries before every key", () => {
  const { query, key, value } = randomOperands(7, { queries: 4, keys: 4 });
  const { output } = attention(query, key, value, { mask: causal(), queryOffset: [-2, 0] });
  const expected = [-2, 0].map((queryOffset, b) => {
    const part = [query, key, value].map((t) => nested(slice(t, [[b, b + 1]])));
    return naiveAttention(part[0], part[1], part[2], { mask: masks.causal.naive, queryOffset }).output[0];
  });
  assertAllClose(output, tensor(expected, { dtype: "float64" }), tight);
  expect(toArray(slice(output, [0, 0, [0, 2]]))).toEqual(new Array(14).fill(0));
});

test("lengths cut each batch element short: padding comes out 0 and is never attended", () => {
  const { query, key, value } = randomOperands(8);
  const options = { queryLengths: [3, 5], keyLengths: [6, 2], returns: { logSumExp: true } };
  const { output, logSumExp } = attention(query, key, value, options);
  const first = attention(slice(query, [[0, 1], null, [0, 3]]), slice(key, [[0, 1]]), slice(value, [[0, 1]])).output;
  const second = attention(
    slice(query, [[1, 2]]),
    slice(key, [[1, 2], null, [0, 2]]),
    slice(value, [[1, 2], null, [0, 2]]),
  ).output;
  expect(toArray(slice(output, [[0, 1], null, [0, 3]]))).toEqual(toArray(first));
  expect(toArray(slice(output, [[1, 2]]))).toEqual(toArray(second));
  expect(new Set(toArray(slice(output, [0, null, [3, 5]])))).toEqual(new Set([0]));
  expect(new Set(toArray(slice(logSumExp as Tensor, [0, null, [3, 5]])))).toEqual(new Set([-Infinity]));
});

test("a program's queries and keys are the sizes of the call", () => {
  const { query, key, value } = randomOperands(9);
  const last = attention(query, key, value, { mask: (p) => p.key.equal(p.keys.subtract(1)), keyLengths: [6, 6] });
  assertAllClose(slice(last.output, [null, [0, 1], [0, 1]]), slice(value, [null, [0, 1], [5, 6]]), tight);
});

test("a large masked plane skips empty blocks and gives what asking every pair gives", () => {
  const { query, key, value } = randomOperands(10, { batch: 1, heads: 2, keyHeads: 1, queries: 150, keys: 150 });
  for (const mask of [causal(), slidingWindow({ lookback: 20 })]) {
    const skipping = attention(query, key, value, { mask, keyLengths: [140] });
    const asking = attention(query, key, value, { mask, keyLengths: [140], blockMask: null });
    expect(toArray(skipping.output)).toEqual(toArray(asking.output));
  }
});

test("a block mask belongs to its mask also where that lets everything through", () => {
  const { query, key, value } = randomOperands(10);
  const mask = trace((p) => p.key.lessEqual(p.key));
  const blockMask = createBlockMask(mask, { queries: 5, keys: 6 });
  expect(toArray(attention(query, key, value, { mask, blockMask }).output)).toEqual(
    toArray(attention(query, key, value).output),
  );
});

test("half precision is storage: the result is that of the rounded numbers, in float32", () => {
  for (const dtype of ["float16", "bfloat16"] as const) {
    const { query, key, value } = randomOperands(11, { dtype });
    const wide = [query, key, value].map((t) => tensor(t, { dtype: "float64" }));
    const { output } = attention(query, key, value);
    expect(output.dtype).toBe("float32");
    assertAllClose(output, attention(wide[0], wide[1], wide[2]).output, { absolute: 1e-7, relative: 1e-6 });
  }
});

test("float64 among the operands makes the output float64", () => {
  const { query, key, value } = randomOperands(12, { dtype: "float32" });
  expect(attention(query, key, value).output.dtype).toBe("float32");
  expect(attention(query, key, tensor(value, { dtype: "float64" })).output.dtype).toBe("float64");
});

test("views are read through their strides", () => {
  const { query, key, value } = randomOperands(13);
  const doubled = slice(stack([value, value], 4), [null, null, null, null, 1]);
  expect(toArray(attention(query, key, doubled).output)).toEqual(toArray(attention(query, key, value).output));
});

test("seeded dropout drops the same pairs every time, and others for another seed", () => {
  const { query, key } = randomOperands(14, { queries: 40, keys: 40 });
  const value = full([2, 2, 40, 1], 1, "float64");
  const drop = (seed: number): number[] =>
    toArray(
      attention(query, key, value, { probability: ({ score, random }) => random(seed).less(0.5).select(0, score) })
        .output,
    );
  expect(drop(1)).toEqual(drop(1));
  expect(drop(1)).not.toEqual(drop(2));
});

test("no keys at all: every row is zero", () => {
  const { query, key, value } = randomOperands(15);
  const { output, logSumExp } = attention(query, tokens(key, 0, 0), tokens(value, 0, 0), {
    returns: { logSumExp: true },
  });
  expect(new Set(toArray(output))).toEqual(new Set([0]));
  expect(new Set(toArray(logSumExp as Tensor))).toEqual(new Set([-Infinity]));
});
