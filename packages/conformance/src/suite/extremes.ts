import { normalizers } from "@fovea/dot-product-attention";
import { trace } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { describe, test } from "vitest";
import { randomOperands } from "./random-operands.ts";
import type { RandomOperands } from "./random-operands.ts";
import type { Suite } from "./suite.ts";

function whole(t: Tensor): Tensor {
  return tensor(
    Float32Array.from(t.data, (x) => Math.round(2 * x)),
    { shape: t.shape },
  );
}

/** Operands of small whole numbers: their products are exact in float32, so that a large scale magnifies no rounding. */
function wholeOperands(): RandomOperands {
  const { query, key, value, outputGradient } = randomOperands(41, { headDim: 4 });
  return { query: whole(query), key: whole(key), value, outputGradient };
}

/** Scores so large or small that a careless exponential overflows, vanishes, or subtracts infinities. */
export function describeExtremes(suite: Suite): void {
  const { expectForward, expectBackward } = suite;
  describe("extremes", () => {
    for (const normalizer of normalizers.filter((name) => name !== "softmaxWithSink" && name !== "relu")) {
      test.each([64, 4096, 2 ** 100, -(2 ** 100), 2 ** -100])(`${normalizer}: scores multiplied by %d`, (scale) => {
        expectForward(wholeOperands(), { normalizer, scale });
      });
    }

    test.each([-1000, 1000])("softmax: all scores moved by %d", (by) => {
      const options = { score: trace(({ score }) => score.add(by)), scale: 0.5 };
      expectForward(wholeOperands(), options);
      expectBackward(wholeOperands(), options);
    });

    test("sinks above, below and beside the scores", () => {
      const sinks = tensor(Float32Array.of(500, -500, 0, -Infinity));
      expectForward(wholeOperands(), { normalizer: "softmaxWithSink", sinks });
      expectBackward(wholeOperands(), { normalizer: "softmaxWithSink", sinks });
    });

    test("a row whose maximum comes last, first and throughout", () => {
      const operands = wholeOperands();
      for (const slope of [-40, 0, 40]) {
        expectForward(operands, { score: ({ score, key }) => score.add(key.multiply(slope).toFloat()) });
      }
    });

    test("scores of -Infinity beside numbers are not seen", () => {
      expectForward(wholeOperands(), {
        score: ({ score, query, key }) => query.add(key).remainder(3).equal(0).select(-Infinity, score),
      });
    });
  });
}
