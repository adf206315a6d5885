import type { AttentionOptions } from "@fovea/dot-product-attention";
import { causal, slidingWindow } from "@fovea/masking";
import { randomGenerator, tensor } from "@fovea/tensor";
import { afterAll, test } from "vitest";
import { expectGradients } from "./testing/expect-gradients.ts";
import { createWasmBackend } from "./wasm-backend.ts";

const backends = [true, false].map((relaxedSimd) => createWasmBackend({ relaxedSimd, threads: 1 }));
afterAll(() => backends.forEach((backend) => backend.dispose()));

const bias = randomGenerator(2).normal([53], { dtype: "float32" });
const cases: Readonly<Record<string, AttentionOptions>> = {
  "no mask": {},
  causal: { mask: causal() },
  "a window that hides whole rows": { mask: slidingWindow({ lookback: 9 }), queryOffset: [0, 30] },
  "lengths, some 0": { keyLengths: [0, 41], queryLengths: [37, 20] },
  "score and probability programs": {
    mask: causal(),
    score: ({ score, table, key, head }) =>
      score.multiply(table("factors", tensor([1, 2, 0.5, 3])).at(head)).add(table("bias", bias).at(key)),
    probability: ({ probability, table, key }) => probability.multiply(table("bias", bias).at(key)).add(0.1),
  },
};

for (const normalizer of ["sparsemax", "entmax15"] as const) {
  test.each(Object.entries(cases))(`gradients of ${normalizer}, %s`, (_, options) => {
    for (const backend of backends) expectGradients(backend, {}, { ...options, normalizer });
  });
}
