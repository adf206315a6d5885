import { createWasmBackend } from "@fovea/backend-wasm";
import { attention, attentionGradients } from "@fovea/dot-product-attention";
import type { AttentionOptions } from "@fovea/dot-product-attention";
import { causal, slidingWindow } from "@fovea/masking";
import { alibi, softCap } from "@fovea/scoring";
import { cast, randomGenerator, readValues } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import type { Prepared } from "../prepared.ts";

/** How far float32 kernels are from plain loops in float64 on the same random inputs: the largest difference of a tensor relative to its largest
 *  number, the worst tensor of all kinds. */
export function prepareAccuracy(): Prepared {
  const backend = createWasmBackend({ threads: 1 });
  const { normal } = randomGenerator(7);
  const shape = [1, 4, 200, 64];
  const [query, key, value, outputGradient] = Array.from({ length: 4 }, () => normal(shape, { dtype: "float32" }));
  const kinds: readonly AttentionOptions[] = [
    {},
    { mask: causal() },
    { mask: slidingWindow({ lookback: 30, lookahead: 5 }) },
    { score: alibi({ heads: 4 }), mask: causal() },
    { score: softCap(3) },
    { normalizer: "sigmoid" },
  ];
  const exact = [query, key, value, outputGradient].map((operand) => cast(operand, "float64"));
  const worst = { forward: 0, gradients: 0 };
  return {
    run() {
      for (const kind of kinds) {
        const expected = attentionGradients(exact[0], exact[1], exact[2], exact[3], kind);
        const { output } = attention(query, key, value, { ...kind, backend });
        worst.forward = Math.max(worst.forward, difference(output, expected.output));
        const gradients = attentionGradients(query, key, value, outputGradient, { ...kind, backend });
        for (const name of ["query", "key", "value"] as const) {
          worst.gradients = Math.max(worst.gradients, difference(gradients[name], expected[name]));
        }
      }
    },
    figures: () => worst,
  };
}

function difference(actual: Tensor, expected: Tensor): number {
  const values = readValues(actual);
  let largest = 0;
  let furthest = 0;
  for (const [index, value] of readValues(expected).entries()) {
    largest = Math.max(largest, Math.abs(value));
    furthest = Math.max(furthest, Math.abs(value - values[index]));
  }
  return furthest / largest;
}
