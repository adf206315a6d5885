import { createBounder, createEvaluator, derive, evaluate, prepareTables } from "@fovea/program";
import type { Input, Program } from "@fovea/program";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { masks } from "../catalogue/masks.ts";
import { probabilities } from "../catalogue/probabilities.ts";
import { scores } from "../catalogue/scores.ts";

const programs: readonly [string, Program][] = [
  ...Object.entries(masks),
  ...Object.entries(scores),
  ...Object.entries(probabilities),
];

/** A range and how far into it, from 0 to 1, a place lies. */
const range = (most: number): fc.Arbitrary<readonly [low: number, high: number, at: number]> =>
  fc.tuple(fc.nat(most), fc.nat(12), fc.double({ min: 0, max: 1, noNaN: true })).map(([low, length, at]) => {
    return [low, low + length, low + Math.round(length * at)] as const;
  });
const boxes = fc.record({
  batch: range(1),
  head: range(3),
  query: range(36),
  key: range(36),
  queries: range(50),
  keys: range(50),
});
const score = fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true }));

test.each(programs)("%s: the bound over a box holds what is evaluated in it", (_, program) => {
  const bounder = createBounder(program, prepareTables(program));
  const evaluator = createEvaluator(program);
  fc.assert(
    fc.property(boxes, score, (box, [low, width]) => {
      const ranges = { ...box, score: [low, low + width, low + width / 3] as const };
      const at = (input: Input): number => ranges[input][2];
      const value = evaluator(at("score"), at("batch"), at("head"), at("query"), at("key"), at("queries"), at("keys"));
      const interval = (input: Input): { low: number; high: number; nan: boolean } => ({
        low: ranges[input][0],
        high: ranges[input][1],
        nan: false,
      });
      const bound = bounder({
        score: interval("score"),
        batch: interval("batch"),
        head: interval("head"),
        query: interval("query"),
        key: interval("key"),
        queries: interval("queries"),
        keys: interval("keys"),
      });
      expect(Number.isNaN(value) ? bound.nan : bound.low <= value && value <= bound.high).toBe(true);
    }),
    { numRuns: 60, seed: 7 },
  );
});

test.each([...Object.entries(scores), ...Object.entries(probabilities)])(
  "%s: the derivative by the score is that of central differences",
  (_, program) => {
    const { program: both, score: position } = derive(program);
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 4, noNaN: true }),
        fc.nat(3),
        fc.nat(30),
        fc.nat(30),
        (score, head, query, key) => {
          const inputs = { score, batch: 0, head, query, key, queries: 31, keys: 31 };
          const step = 1e-5;
          const [low, high] = [-step, step].map((by) => Number(evaluate(program, { ...inputs, score: score + by })));
          fc.pre(Number.isFinite(low) && Number.isFinite(high));
          const slope = position === null ? 0 : Number(evaluate({ ...both, result: position }, inputs));
          expect(Math.abs(slope - (high - low) / (2 * step))).toBeLessThan(1e-5 * Math.max(1, Math.abs(slope)));
        },
      ),
      { numRuns: 40, seed: 8 },
    );
  },
);
