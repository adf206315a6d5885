import { attention, attentionGradients } from "@fovea/dot-product-attention";
import { parseFormula } from "@fovea/formula";
import { assertAllClose, tensor, toNested } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { compile, derivative, dot, exp, sum } from "mathjs";
import { expect, test } from "vitest";
import { randomOperands } from "../suite/random-operands.ts";

type Rows = number[][][][];
const nested = (t: Tensor): Rows => toNested(t) as unknown as Rows;

const texts = [
  "score - 0.1 * abs(query - key)",
  "2 * tanh(score / 2) + 0.05 * (key - query)",
  "score * exp(-0.2 * abs(query - key)) + sin(0.5 * key)",
  "score + log(1 + key) - sqrt(head + 1) * 0.3",
  "score ^ 2 / (1 + batch + score ^ 2) + cos(query)",
  "min(score, 0.4) + max(score, -0.6) * 0.5",
];

/** Attention and the gradient of its queries, written with mathjs alone: its evaluation of the text, its derivative, its sums. */
function byMathjs(
  text: string,
  query: Rows,
  key: Rows,
  value: Rows,
  outputGradient: Rows,
): { output: Rows; gradient: Rows } {
  const formula = compile(text);
  // mathjs does not differentiate min and max: on either side of a kink they are one of their arguments
  const slope = /min|max/.test(text) ? null : derivative(text, "score").compile();
  const scale = 1 / Math.sqrt(query[0][0][0].length);
  const rows = query.map((heads, batch) =>
    heads.map((queries, head) =>
      queries.map((vector, i) => {
        const scopes = key[batch][head].map((other, j) => ({
          score: scale * dot(vector, other),
          batch,
          head,
          query: i,
          key: j,
        }));
        const weights = scopes.map((scope) => exp(Number(formula.evaluate({ ...scope }))));
        const total = sum(weights);
        const shares = weights.map((weight) => weight / total);
        const output = value[batch][head][0].map((_, d) =>
          sum(shares.map((share, j) => share * value[batch][head][j][d])),
        );
        const pulls = value[batch][head].map((row) => dot(row, outputGradient[batch][head][i]));
        const mean = sum(shares.map((share, j) => share * pulls[j]));
        const changes = scopes.map((scope, j) => {
          const factor = slope
            ? Number(slope.evaluate({ ...scope }))
            : Number(scope.score < 0.4) + 0.5 * Number(scope.score > -0.6);
          return shares[j] * (pulls[j] - mean) * factor * scale;
        });
        const gradient = vector.map((_, d) => sum(changes.map((change, j) => change * key[batch][head][j][d])));
        return { output, gradient };
      }),
    ),
  );
  const pick = (name: "output" | "gradient"): Rows =>
    rows.map((heads) => heads.map((row) => row.map((each) => each[name])));
  return { output: pick("output"), gradient: pick("gradient") };
}

test.each(texts)("%s: attention with the formula is what mathjs makes of it, forward and backward", (text) => {
  const shape = { heads: 2, keyHeads: 2, queries: 4, keys: 6, headDim: 3, valueDim: 2, dtype: "float64" } as const;
  const { query, key, value, outputGradient } = randomOperands(9, shape);
  const expected = byMathjs(text, nested(query), nested(key), nested(value), nested(outputGradient));
  const score = parseFormula(text);
  const close = { absolute: 1e-12, relative: 1e-10 };
  assertAllClose(attention(query, key, value, { score }).output, tensor(expected.output, { dtype: "float64" }), close);
  const gradients = attentionGradients(query, key, value, outputGradient, { score });
  assertAllClose(gradients.query, tensor(expected.gradient, { dtype: "float64" }), close);
  expect(gradients.tables.score).toEqual({});
});
