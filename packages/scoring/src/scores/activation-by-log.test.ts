import { evaluate } from "@fovea/program";
import { tensor, toNested } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { activationByLog, undoSoftmax } from "./activation-by-log.ts";
import type { Activation } from "./activation-by-log.ts";
import { ScoreError } from "../score-error.ts";

const scores = [-2, -0.5, 0, 0.5, 3];

// f(x) by other formulas and by published values: gelu's tanh form at 3 is 2.99636, at -2 -0.04540
const gelu = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const expected: Record<Activation, (x: number) => number> = {
  relu: (x) => (x > 0 ? x : 0),
  squaredRelu: (x) => (x > 0 ? x ** 2 : 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
  gelu,
};

const pack = (x: number): Tensor => tensor([[[[x]]]], { dtype: "float64" });

test("exp of the score is the activation plus the offset", () => {
  for (const name of Object.keys(expected) as Activation[]) {
    const program = activationByLog(name, { offset: 1 });
    for (const score of scores) {
      expect(Math.exp(Number(evaluate(program, { score })))).toBeCloseTo(expected[name](score) + 1, 12);
    }
  }
  expect(gelu(3)).toBeCloseTo(2.99636, 5);
});

test("where relu is 0 the key gets nothing", () => {
  expect(scores.map((score) => evaluate(activationByLog("relu"), { score }))).toEqual([
    -Infinity,
    -Infinity,
    -Infinity,
    Math.log(0.5),
    Math.log(3),
  ]);
});

test("softplus does not overflow", () => {
  expect(evaluate(activationByLog("softplus"), { score: 5000 })).toBeCloseTo(Math.log(5000), 12);
});

test("any traced function may be the activation", () => {
  const cubed = activationByLog((score) => score.multiply(score).multiply(score));
  expect(evaluate(cubed, { score: 2 })).toBeCloseTo(Math.log(8), 14);
  expect(evaluate(cubed, { score: -2 })).toBe(-Infinity);
});

test("softmax of the new scores, undone, is Σ f(score) × value", () => {
  const values = [1, 10, 100, 1000, 10000];
  for (const offset of [0, 1]) {
    const program = activationByLog("relu", { offset });
    const exps = scores.map((score) => Math.exp(Number(evaluate(program, { score }))));
    const sum = exps.reduce((a, b) => a + b);
    const output = exps.reduce((a, e, i) => a + (e / sum) * values[i], 0);
    const logSumExp = tensor([[[Math.log(sum)]]], { dtype: "float64" });
    const undone = undoSoftmax(pack(output), logSumExp, offset === 0 ? undefined : { offset, valueSum: pack(11111) });
    expect((toNested(undone) as number[][][][])[0][0][0][0]).toBeCloseTo(0.5 * 1000 + 3 * 10000, 7);
  }
});

test("unknown names and offsets below 0 are refused", () => {
  expect(() => activationByLog("swish" as Activation)).toThrow(
    "activation must be one of relu, squaredRelu, sigmoid, softplus, gelu, or a function, got swish",
  );
  expect(() => activationByLog("constructor" as Activation)).toThrow(ScoreError);
  expect(() => activationByLog("relu", { offset: -1 })).toThrow("offset must be a finite number of at least 0");
});
