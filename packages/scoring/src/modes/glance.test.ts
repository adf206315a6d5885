import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { glance } from "./glance.ts";
import { ScoreError } from "../score-error.ts";
import { draw } from "../testing/draw.ts";

test("everything is in sight, or all that lies behind", () => {
  expect(glance().mask).toBeNull();
  expect(draw(glance({ causal: true }).mask, 3)).toBe("█··\n██·\n███");
});

test("a score of 4 becomes tanh 1", () => {
  expect(evaluate(glance().score!, { score: 4 })).toBeCloseTo(0.7615941559557649, 14);
});

test("no key weighs more than e² times another, whatever the scores", () => {
  const [highest, lowest] = [1e9, -1e9].map((score) => Math.exp(Number(evaluate(glance().score!, { score }))));
  expect(highest / lowest).toBeLessThanOrEqual(Math.exp(2) * (1 + 1e-12));
});

test("limit and temperature bend the curve", () => {
  expect(evaluate(glance({ temperature: 2, limit: 3 }).score!, { score: 6 })).toBeCloseTo(3 * Math.tanh(1), 14);
});

test("bad arguments are refused", () => {
  expect(() => glance({ limit: 0 })).toThrow(ScoreError);
  expect(() => glance({ temperature: -1 })).toThrow(ScoreError);
});
