import { attention, attentionGradients, normalizers } from "@fovea/dot-product-attention";
import type { AttentionOptions } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { cast, multiply, sum, tensor, toFloat64 } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { masks } from "../catalogue/masks.ts";
import { probabilities } from "../catalogue/probabilities.ts";
import { scores } from "../catalogue/scores.ts";
import { randomOperands } from "../suite/random-operands.ts";
import { alongDirection } from "./directional-difference.ts";

const sinks = tensor(Float64Array.of(0.5, -1, 0.2, 2));

/** Every gradient along a random direction against central differences of the loss `sum(output * outputGradient)`. */
function expectGradients(options: AttentionOptions, seed: number): void {
  const { query, key, value, outputGradient } = randomOperands(seed, { dtype: "float64", headDim: 3, valueDim: 4 });
  const weights = cast(outputGradient, "float64");
  const gradients = attentionGradients(query, key, value, weights, options);
  const loss = (q: Tensor, k: Tensor, v: Tensor, changed: Partial<AttentionOptions> = {}): number =>
    toFloat64(sum(multiply(attention(q, k, v, { ...options, ...changed }).output, weights)))[0];
  const expectAlong = (x: Tensor, gradient: Tensor, moved: (x: Tensor) => number): void => {
    const { difference, slope } = alongDirection(x, gradient, moved, seed);
    expect(Math.abs(slope - difference)).toBeLessThan(1e-5 * Math.max(1, Math.abs(difference)));
  };
  expectAlong(query, gradients.query, (x) => loss(x, key, value));
  expectAlong(key, gradients.key, (x) => loss(query, x, value));
  expectAlong(value, gradients.value, (x) => loss(query, key, x));
  if (gradients.sinks) expectAlong(sinks, gradients.sinks, (x) => loss(query, key, value, { sinks: x }));
  for (const role of ["score", "probability"] as const) {
    const source = options[role];
    const values = typeof source === "object" && source !== null ? source.values : {};
    for (const [name, gradient] of Object.entries(gradients.tables[role])) {
      const table = cast(values[name], "float64");
      expectAlong(table, gradient, (x) => loss(query, key, value, { tables: { [role]: { [name]: x } } }));
    }
  }
}

test.each(Object.entries(scores))("score %s: gradients are those of central differences", (_, score) => {
  expectGradients({ score, mask: causal(), queryOffset: 6 }, 1);
});

test.each(Object.entries(masks))("mask %s: gradients are those of central differences", (_, mask) => {
  expectGradients({ mask }, 2);
});

for (const normalizer of normalizers) {
  const given: AttentionOptions = normalizer === "softmaxWithSink" ? { normalizer, sinks } : { normalizer };
  test.each(Object.entries(probabilities))(
    `${normalizer} with %s: gradients are those of central differences`,
    (_, probability) => {
      expectGradients(
        { ...given, probability, score: scores["temperature per head"], mask: masks["causal documents"] },
        3,
      );
    },
  );
}
