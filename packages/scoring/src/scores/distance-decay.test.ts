import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { distanceDecay } from "./distance-decay.ts";
import { ScoreError } from "../score-error.ts";

const weightAt = (program: ReturnType<typeof distanceDecay>, query: number, key: number, head = 0): number =>
  Math.exp(Number(evaluate(program, { score: 0, query, key, head })));

test("with a half life of 4, a weight halves every 4 keys, on both sides", () => {
  const program = distanceDecay({ kind: "exponential", halfLife: 4 });
  expect(weightAt(program, 10, 10)).toBe(1);
  expect(weightAt(program, 10, 6)).toBeCloseTo(1 / 2, 14);
  expect(weightAt(program, 10, 18)).toBeCloseTo(1 / 4, 14);
});

test("a power of 2 gives 1 / (1 + distance)²", () => {
  const program = distanceDecay({ kind: "power", exponent: 2 });
  expect(weightAt(program, 0, 3)).toBeCloseTo(1 / 16, 14);
  expect(weightAt(program, 9, 0)).toBeCloseTo(1 / 100, 14);
});

test("scale stretches the power law", () => {
  expect(weightAt(distanceDecay({ kind: "power", exponent: 1, scale: 8 }), 0, 8)).toBeCloseTo(1 / 2, 14);
});

test("a bell of deviation 3 gives e^-½ at a distance of 3 and e^-2 at 6", () => {
  const program = distanceDecay({ kind: "gaussian", deviation: 3 });
  expect(weightAt(program, 3, 0)).toBeCloseTo(0.6065306597126334, 14);
  expect(weightAt(program, 0, 6)).toBeCloseTo(0.1353352832366127, 14);
});

test("distances whose square would not fit an int still decay", () => {
  const program = distanceDecay({ kind: "gaussian", deviation: 1e5 });
  expect(evaluate(program, { score: 0, query: 100000, key: 0 })).toBeCloseTo(-0.5, 12);
});

test("each head has its own half life", () => {
  const program = distanceDecay({ kind: "exponential", halfLife: [1, 2] });
  expect(weightAt(program, 2, 0, 0)).toBeCloseTo(1 / 4, 14);
  expect(weightAt(program, 2, 0, 1)).toBeCloseTo(1 / 2, 14);
});

test("bad arguments are refused", () => {
  expect(() => distanceDecay({ kind: "exponential", halfLife: 0 })).toThrow(ScoreError);
  expect(() => distanceDecay({ kind: "gaussian", deviation: -1 })).toThrow("deviation must be a finite number above 0");
  expect(() => distanceDecay({ kind: "linear" } as never)).toThrow(
    'kind must be "exponential", "power" or "gaussian", got linear',
  );
});
