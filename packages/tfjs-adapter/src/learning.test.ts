import { attention as judge, type AttentionOptions } from "@fovea/dot-product-attention";
import {
  adaptiveSpan,
  focus,
  gatedModes,
  learnedRelativeBias,
  learnedTemperature,
  perHeadModes,
  recall,
  type LearnedScore,
} from "@fovea/scoring";
import {
  losses,
  tidy,
  train,
  variable,
  type Scalar,
  type Tensor,
  type Tensor4D,
  type Variable,
} from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { attention } from "./attention.ts";
import { normals, toTf } from "./testing/convert.ts";
import { backendNames, useBackend } from "./testing/use-backend.ts";

const normal = normals(21);

/** Trains a look's one table so that attention gives `wanted`, everything else being fixed, and returns the table.
 *  @param operands query, key and value */
function learn(
  look: LearnedScore,
  operands: readonly Tensor[],
  wanted: Tensor,
  options: { readonly steps: number; readonly rate: number; readonly penalty?: (table: Variable) => Scalar },
): { readonly table: number[]; readonly first: number; readonly last: number } {
  const [name] = look.learnedTables;
  const learned = tidy(() => variable(toTf(look.score.values[name])));
  const optimizer = train.adam(options.rate);
  const [query, key, value] = operands;
  const miss = (): Scalar =>
    tidy(() => {
      const found = attention(query, key, value, { score: look.score, tables: { score: { [name]: learned } } });
      const error = losses.meanSquaredError(wanted, found) as Scalar;
      return options.penalty ? (error.add(options.penalty(learned)) as Scalar) : error;
    });
  const read = (): number => tidy(() => miss().dataSync()[0]);
  const first = read();
  for (let step = 0; step < options.steps; step++) optimizer.minimize(miss, false, [learned]);
  const result = { table: Array.from(learned.dataSync()), first, last: read() };
  learned.dispose();
  optimizer.dispose();
  return result;
}

/** Queries, keys and values, and what a hidden way of looking makes of them. */
function task(shape: [heads: number, tokens: number], look: AttentionOptions): { operands: Tensor[]; wanted: Tensor } {
  const [heads, tokens] = shape;
  const [query, key, value] = [4, 4, 6].map((dim) => normal([2, heads, tokens, dim]));
  const operands = [query, key, value].map((operand) => toTf(operand));
  return { operands, wanted: toTf<Tensor4D>(judge(query, key, value, look).output) };
}

const dispose = ({ operands, wanted }: ReturnType<typeof task>): void => {
  for (const used of [...operands, wanted]) used.dispose();
};

describe.each(backendNames)("learned ways of looking on %s", (backend) => {
  useBackend(backend);

  test("each head finds its temperature", () => {
    const set = task([2, 8], { score: ({ score, head, select }) => score.multiply(select(head.equal(0), 4, 0.25)) });
    const { table } = learn(learnedTemperature({ heads: 2 }), set.operands, set.wanted, { steps: 120, rate: 0.1 });
    expect(Math.exp(table[0])).toBeCloseTo(4, 1);
    expect(Math.exp(table[1])).toBeCloseTo(0.25, 1);
    dispose(set);
  });

  test("each head finds its bias by distance", () => {
    const hidden = [0, 1.5, 0, -1, 0, 2];
    const set = task([2, 8], {
      score: ({ score, head, query, key, table }) => {
        const column = key.subtract(query).maximum(-1).minimum(1).add(1);
        return score.add(table("hidden", hidden).at(head.multiply(3).add(column)));
      },
    });
    const { table } = learn(learnedRelativeBias({ heads: 2, reach: 1 }), set.operands, set.wanted, {
      steps: 150,
      rate: 0.1,
    });
    // a number added to a whole row changes nothing, so only differences can be found
    for (const head of [0, 3]) {
      for (const column of [1, 2]) {
        expect(table[head + column] - table[head]).toBeCloseTo(hidden[head + column] - hidden[head], 1);
      }
    }
    dispose(set);
  });

  test("spans grow where far keys matter and shrink where they do not", () => {
    const set = task([2, 16], {
      mask: ({ head, query, key }) => head.equal(0).or(query.subtract(key).absolute().lessEqual(2)),
    });
    const look = adaptiveSpan({ heads: 2, maximum: 16, ramp: 4, initial: 0.5 });
    const { table, first, last } = learn(look, set.operands, set.wanted, {
      steps: 150,
      rate: 0.03,
      penalty: (share) => share.mean().mul(0.001) as Scalar,
    });
    expect(last).toBeLessThan(first / 2);
    expect(table[0]).toBeGreaterThan(0.6);
    expect(table[1]).toBeLessThan(0.2);
    dispose(set);
  });

  test("each head finds which mode it is", () => {
    const modes = [focus({ lookback: 1 }), recall({ first: 1, gap: 3 })];
    const set = task([2, 8], perHeadModes(modes));
    const { table, last } = learn(gatedModes({ heads: 2, modes }), set.operands, set.wanted, { steps: 150, rate: 0.2 });
    expect(table[0] - table[1]).toBeGreaterThan(3);
    expect(table[3] - table[2]).toBeGreaterThan(3);
    expect(last).toBeLessThan(1e-3);
    dispose(set);
  });
});
