import { attentionGradients as judge, type AttentionOptions } from "@fovea/dot-product-attention";
import { both, causal, documents, slidingWindow } from "@fovea/masking";
import { alibi, relativeBias, softCap, temperature } from "@fovea/scoring";
import { assertAllClose, tensor } from "@fovea/tensor";
import { grads, tidy, type Tensor as TfTensor } from "@tensorflow/tfjs-core";
import { describe, test } from "vitest";
import { attention } from "./attention.ts";
import { fromTf, normals, toTf } from "./testing/convert.ts";
import { backendNames, useBackend } from "./testing/use-backend.ts";

const normal = normals(3);

const query = normal([2, 4, 7, 5]);
const key = normal([2, 2, 9, 5]);
const value = normal([2, 2, 9, 3]);
const upstream = normal([2, 4, 7, 3]);
const tolerance = { absolute: 1e-5, relative: 2e-5 };

/** Every kind of option, for 4 heads over 2 key heads, 7 queries and 9 keys. */
const cases: Record<string, AttentionOptions> = {
  plain: {},
  "causal with an offset": { mask: causal(), queryOffset: [2, 0] },
  "a window, score and probability": {
    mask: both(causal(), slidingWindow({ lookback: 3 })),
    score: softCap(2),
    probability: ({ probability }) => probability.multiply(2).subtract(0.125),
    queryOffset: 1,
  },
  "tables of every type": {
    mask: ({ query: q, key: k, batch, table }) =>
      table("open", [true, false, true, true, true, true, false, true, true])
        .at(k)
        .or(q.less(table("upTo", Int32Array.of(3, 5)).at(batch))),
    score: ({ score, head, key: k, query: q, table }) =>
      score
        .multiply(table("gain", normal([4])).at(head))
        .add(table("bias", normal([4, 5])).at(head, k.subtract(q).add(2))),
  },
  "lengths of a batch": { keyLengths: [4, 0], queryLengths: [7, 5] },
  "seeded dropout": {
    probability: ({ probability, random, select }) => select(random(3).less(0.25), 0, probability.divide(0.75)),
  },
  sigmoid: { normalizer: "sigmoid", score: ({ score }) => score.subtract(2) },
  relu: { normalizer: "relu", mask: causal(), queryOffset: 2 },
  "softmax with a sink": {
    normalizer: "softmaxWithSink",
    sinks: tensor([0.5, -1, 2, 0]),
    mask: documents([0, 0, 0, 1, 1, 1, 2, 2, 2]),
  },
  "softmax plus one": { normalizer: "softmaxPlusOne", score: alibi({ heads: 4 }) },
  sparsemax: { normalizer: "sparsemax", mask: causal(), queryOffset: 2 },
  entmax15: { normalizer: "entmax15", score: temperature([0.5, 1, 2, 0.1]) },
  "a relative bias": { score: relativeBias({ table: normal([4, 5]) }), scale: 0.7 },
};

describe.each(backendNames)("attention on %s", (backend) => {
  useBackend(backend);

  describe.each(["fused", "composite"] as const)("%s", (kernels) => {
    test.each(Object.keys(cases))("%s: output and gradients are those of the plain loops", (name) => {
      const { past: _, backend: __, ...constants } = cases[name];
      const run = (q: TfTensor, k: TfTensor, v: TfTensor): TfTensor => attention(q, k, v, { ...constants, kernels });
      const expected = judge(query, key, value, upstream, cases[name]);
      tidy(() => {
        const inputs = [query, key, value].map((input) => toTf(input));
        assertAllClose(fromTf(run(inputs[0], inputs[1], inputs[2])), expected.output, tolerance);
        const [ofQuery, ofKey, ofValue] = grads(run)(inputs, toTf(upstream));
        assertAllClose(fromTf(ofQuery), expected.query, tolerance);
        assertAllClose(fromTf(ofKey), expected.key, tolerance);
        assertAllClose(fromTf(ofValue), expected.value, tolerance);
      });
    });
  });
});
