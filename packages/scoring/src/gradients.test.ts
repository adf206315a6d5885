import { derive, evaluate } from "@fovea/program";
import type { Input, Program } from "@fovea/program";
import { at, write } from "@fovea/tensor";
import { expect, test } from "vitest";
import { activationByLog } from "./scores/activation-by-log.ts";
import { additiveBias } from "./scores/additive-bias.ts";
import { alibi } from "./scores/alibi.ts";
import { chain } from "./combine/chain.ts";
import { distanceDecay } from "./scores/distance-decay.ts";
import { focus } from "./modes/focus.ts";
import { glance } from "./modes/glance.ts";
import { graphormerBias } from "./scores/graphormer-bias.ts";
import { perHeadModes } from "./modes/mode.ts";
import { pairBias } from "./scores/pair-bias.ts";
import { perHead } from "./combine/per-head.ts";
import { relativeBias } from "./scores/relative-bias.ts";
import { sandwich } from "./scores/sandwich.ts";
import { scan } from "./modes/scan.ts";
import { sinkKeyBias } from "./scores/sinks.ts";
import { softCap } from "./scores/soft-cap.ts";
import { swinRelativeBias } from "./scores/swin-relative-bias.ts";
import { t5RelativeBias } from "./scores/t5-relative-bias.ts";
import { temperature } from "./scores/temperature.ts";

type Pair = Readonly<Record<Input, number>>;

/** Rows of numbers that are all different and near 0. */
const rows = (count: number, columns: number): number[][] =>
  Array.from({ length: count }, (_, row) => Array.from({ length: columns }, (_, i) => Math.sin(1 + row * columns + i)));

const distances = [
  [0, 1, 2],
  [1, 0, 1],
  [2, 1, 0],
];
const pathEdges = [
  [[-1, -1], [0, -1], [0, 1]],
  [[0, -1], [-1, -1], [1, -1]],
  [[1, 0], [1, -1], [-1, -1]],
]; // prettier-ignore

const programs: Readonly<Record<string, Program>> = {
  "alibi with fixed slopes": alibi({ heads: 3 }),
  "alibi with learned slopes": alibi({ slopes: [0.5, 0.25, 0.125], symmetric: true }),
  "soft cap": softCap(2),
  "fixed temperature": temperature(0.7),
  "temperature per head": temperature([0.5, 1.5, 2]),
  "one learned temperature": temperature([1.3]),
  "exponential decay": distanceDecay({ kind: "exponential", halfLife: [1, 2, 3] }),
  "power decay": distanceDecay({ kind: "power", exponent: [1, 2, 3], scale: [2] }),
  "gaussian decay": distanceDecay({ kind: "gaussian", deviation: [1, 2, 3] }),
  "relative bias": relativeBias({ table: rows(3, 3) }),
  "T5 bias": t5RelativeBias({ table: rows(4, 3), maximumDistance: 2 }),
  "causal T5 bias": t5RelativeBias({ table: rows(4, 3), bidirectional: false, maximumDistance: 3 }),
  "Swin bias": swinRelativeBias({ table: rows(9, 3), height: 2, width: 2 }),
  "Graphormer bias": graphormerBias({
    distances,
    distanceBias: rows(3, 3),
    pathEdges,
    edgeBias: [rows(2, 3), rows(2, 3)],
  }),
  sandwich: sandwich({ heads: 3, dimensions: 8 }),
  "tabulated sandwich": sandwich({ heads: 3, dimensions: 8, length: 4 }),
  "log relu": activationByLog("relu"),
  "log squared relu": activationByLog("squaredRelu", { offset: 0.1 }),
  "log sigmoid": activationByLog("sigmoid"),
  "log softplus": activationByLog("softplus"),
  "log gelu": activationByLog("gelu", { offset: 1 }),
  "pair bias": pairBias({ query: rows(3, 3), key: rows(3, 3) }),
  "graph attention": pairBias({ query: rows(3, 3), key: rows(3, 3), negativeSlope: 0.2, replace: true }),
  "additive bias": additiveBias([rows(3, 3), rows(3, 3), rows(3, 3)]),
  "shared additive bias": additiveBias([0.1, 0.2, 0.3]),
  "sink bias": sinkKeyBias(rows(3, 2)),
  "alibi, then soft cap, then alibi": chain(alibi({ slopes: [1, 2, 3] }), softCap(3), alibi({ slopes: [3, 2, 1] })),
  "a score per head": perHead([temperature([2]), null, chain(softCap(1), alibi({ slopes: [1, 2, 3] }))]),
  focus: focus({ temperature: [0.5, 1, 2] }).score!,
  scan: scan({ slopes: [0.5, 0.25, 0.125] }).score!,
  glance: glance({ temperature: [4, 2, 8] }).score!,
  "a mode per head": perHeadModes([focus(), null, glance()]).score!,
};

// scores on both sides of every kink, none on one
const pairs: Pair[] = [];
for (const score of [-1.3, 0.4, 2.1]) {
  for (const [head, query, key] of [
    [0, 0, 2],
    [1, 2, 0],
    [2, 1, 1],
    [0, 2, 1],
    [2, 0, 1],
  ]) {
    pairs.push({ score, batch: 0, head, query, key, queries: 3, keys: 3 });
  }
}

const step = 1e-5;

function centralDifference(program: Program, pair: Pair, nudge: (by: number) => Pair | void): number {
  const side = (by: number): number => {
    const moved = nudge(by) ?? pair;
    const value = Number(evaluate(program, moved));
    nudge(-by);
    return value;
  };
  return (side(step) - side(-step)) / (2 * step);
}

test.each(Object.entries(programs))(
  "%s: gradients by score and by table agree with central differences",
  (_, program) => {
    const derivative = derive(program);
    // any position of the derivative is a program of its own
    const valueAt = (position: number, pair: Pair): number =>
      Number(evaluate({ ...derivative.program, result: position }, pair));

    for (const pair of pairs) {
      const byScore = derivative.score === null ? 0 : valueAt(derivative.score, pair);
      const difference = centralDifference(program, pair, (by) => ({ ...pair, score: pair.score + by }));
      // a hidden pair has no gradient, and its difference is -Infinity - -Infinity
      expect(byScore).toBeCloseTo(Number.isNaN(difference) ? 0 : difference, 7);

      program.tables.forEach(({ name, type }) => {
        if (type !== "float") return;
        const values = program.values[name];
        const gathers = derivative.tables.filter(({ table }) => derivative.program.tables[table].name === name);
        const gradients = new Map<string, number>();
        for (const { indices, gradient } of gathers) {
          const element = indices.map((position) => valueAt(position, pair)).join(" ");
          gradients.set(element, (gradients.get(element) ?? 0) + valueAt(gradient, pair));
        }
        for (const element of elementsOf(values.shape)) {
          const kept = at(values, ...element);
          const byElement = centralDifference(program, pair, (by) =>
            write(values, element, at(values, ...element) + by),
          );
          write(values, element, kept);
          expect(gradients.get(element.join(" ")) ?? 0).toBeCloseTo(byElement, 7);
        }
      });
    }
  },
);

function elementsOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((start) => Array.from({ length: size }, (_, i) => [...start, i])),
    [[]],
  );
}
