import { attentionGradients as judge, type AttentionOptions } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { trace } from "@fovea/program";
import { assertAllClose, cast, map, tensor, toFloat64, type Tensor } from "@fovea/tensor";
import { add, grad, grads, mul, sum, tidy, type Scalar, type Tensor as TfTensor } from "@tensorflow/tfjs-core";
import { describe, test } from "vitest";
import { attention } from "./attention.ts";
import { fromTf, normals, toTf } from "./testing/convert.ts";
import { backendNames, useBackend } from "./testing/use-backend.ts";

const normal = normals(4);

const shapes = { query: [1, 2, 4, 3], key: [1, 1, 5, 3], value: [1, 1, 5, 2], gain: [2] };
const operands = Object.values(shapes).map(normal);
const weights = Object.values(shapes).map(normal);
const upstream = normal([1, 2, 4, 2]);

const score = trace(({ score: s, head, key, table }) =>
  s
    .multiply(table("gain", { type: "float", rank: 1 }).at(head))
    .tanh()
    .add(key.multiply(0.1)),
);
/** Comparisons, casts and a choice on the way of the score. */
const kinked = trace(({ score: s, head, table, select }) => {
  const gained = s.multiply(table("gain", { type: "float", rank: 1 }).at(head));
  const steps = gained.floor().toInt().toFloat().multiply(0.25);
  return select(gained.less(0.1), gained.multiply(gained), gained.exp().sigmoid())
    .add(steps)
    .add(gained.less(-1).toFloat());
});
const cases: Record<string, AttentionOptions> = {
  softmax: { score },
  "a program with kinks": { score: kinked },
  "causal, with a probability program": {
    score,
    mask: causal(),
    queryOffset: 1,
    probability: ({ probability: p }) => p.multiply(p).add(p),
  },
  sigmoid: { score, normalizer: "sigmoid" },
  entmax15: { score, normalizer: "entmax15" },
  sparsemax: { score, normalizer: "sparsemax", scale: 0.3 },
};

/** The gradients of `sum(weights * gradients of attention)` by central differences of the first gradients in float64. */
function differences(options: AttentionOptions): Tensor[] {
  const step = 1e-4;
  const doubles = operands.map((operand) => cast(operand, "float64"));
  const weighed = (): number => {
    const [query, key, value, gain] = doubles;
    const found = judge(query, key, value, cast(upstream, "float64"), { ...options, tables: { score: { gain } } });
    const gradients = [found.query, found.key, found.value, found.tables.score.gain];
    return gradients.reduce((total, gradient, index) => {
      const factors = toFloat64(weights[index]);
      return toFloat64(gradient).reduce((part, number, place) => part + number * factors[place], total);
    }, 0);
  };
  return doubles.map((operand) => {
    const slopes = map(operand, () => 0);
    for (let place = 0; place < operand.data.length; place++) {
      const centre = operand.data[place];
      operand.data[place] = centre + step;
      const above = weighed();
      operand.data[place] = centre - step;
      const below = weighed();
      operand.data[place] = centre;
      slopes.data[place] = (above - below) / (2 * step);
    }
    return slopes;
  });
}

describe.each(backendNames)("second derivatives on %s", (backend) => {
  useBackend(backend);

  test.each(Object.keys(cases))("%s: fused and composite agree with central differences", (name) => {
    const expected = differences(cases[name]);
    for (const kernels of ["fused", "composite"] as const) {
      tidy(() => {
        const { sinks: _, tables: __, past: ___, ...options } = cases[name];
        const run = (query: TfTensor, key: TfTensor, value: TfTensor, gain: TfTensor): TfTensor =>
          attention(query, key, value, { ...options, kernels, backend: undefined, tables: { score: { gain } } });
        const weighed = (...inputs: TfTensor[]): Scalar =>
          grads(run)(inputs, toTf(upstream))
            .map((gradient, index) => sum(mul(gradient, toTf(weights[index]))))
            .reduce((total, part) => add(total, part)) as Scalar;
        const found = grads(weighed)(operands.map((operand) => toTf(operand)));
        for (const [index, gradient] of found.entries()) {
          assertAllClose(fromTf(gradient), expected[index], { absolute: 2e-4, relative: 1e-3 });
        }
      });
    }
  });

  test("a third derivative exists: of the softmax of two scores, by hand", () => {
    // output = w(x) = 1 / (1 + e^-x) for scores x and 0 with values 1 and 0: w' = w(1-w), w'' = w'(1-2w), w''' = w'(1 - 6w + 6w²)
    tidy(() => {
      const key = toTf(tensor([[[[1], [0]]]]));
      const value = toTf(tensor([[[[1], [0]]]]));
      const at = toTf(tensor([[[[0.7]]]]));
      const output = (x: TfTensor): TfTensor => attention(x, key, value, { scale: 1 });
      const w = 1 / (1 + Math.exp(-0.7));
      const slope = w * (1 - w);
      const third = fromTf(grad(grad(grad(output)))(at));
      assertAllClose(third, tensor([[[[slope * (1 - 6 * w + 6 * w * w)]]]]), { absolute: 1e-5 });
    });
  });
});
