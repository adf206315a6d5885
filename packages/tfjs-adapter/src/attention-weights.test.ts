import { attentionWeights as judge } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { alibi } from "@fovea/scoring";
import { assertAllClose, tensor } from "@fovea/tensor";
import { grad, sum, tidy, type Tensor } from "@tensorflow/tfjs-core";
import { describe, test } from "vitest";
import { attentionWeights } from "./attention-weights.ts";
import { fromTf, normals, toTf } from "./testing/convert.ts";
import { backendNames, useBackend } from "./testing/use-backend.ts";

const normal = normals(2);

describe.each(backendNames)("attention weights on %s", (backend) => {
  useBackend(backend);

  test("are those of the plain loops, for every head", () => {
    const [query, key] = [normal([1, 4, 5, 3]), normal([1, 2, 5, 3])];
    const options = { mask: causal(), score: alibi({ heads: 4 }) };
    const found = fromTf(tidy(() => attentionWeights(toTf(query), toTf(key), options)));
    for (let head = 0; head < 4; head++) {
      const plane = tensor(found.data.slice(head * 25, head * 25 + 25) as Float32Array, { shape: [5, 5] });
      assertAllClose(plane, judge(query, key, options, { head }), { absolute: 1e-6 });
    }
  });

  test("can be part of a loss: two equal scores, one of them moved, change by a quarter", () => {
    // weights [w, 1 - w] with w = sigmoid(x * 1 - x * 0): dw/dx at 0 is 1/4
    tidy(() => {
      const key = toTf(tensor([[[[1], [0]]]]));
      const first = (query: Tensor): Tensor =>
        attentionWeights(query, key, { scale: 1 }).slice([0, 0, 0, 0], [1, 1, 1, 1]);
      const slope = grad((query: Tensor) => sum(first(query)))(toTf(tensor([[[[0]]]])));
      assertAllClose(fromTf(slope), tensor([[[[0.25]]]]), { absolute: 1e-6 });
    });
  });
});
