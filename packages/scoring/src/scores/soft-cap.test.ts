import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { ScoreError } from "../score-error.ts";
import { softCap } from "./soft-cap.ts";

test("a score as large as the limit becomes limit × tanh 1", () => {
  expect(evaluate(softCap(30), { score: 30 })).toBeCloseTo(22.847824678672946, 12); // 30 × 0.7615941559557649
});

test("small scores hardly change, huge ones stop at the limit", () => {
  expect(evaluate(softCap(50), { score: 0.1 })).toBeCloseTo(0.1, 6);
  expect(evaluate(softCap(50), { score: 1e9 })).toBe(50);
  expect(evaluate(softCap(50), { score: -1e9 })).toBe(-50);
});

test("a limit that is not above 0 is refused", () => {
  for (const limit of [0, -1, Number.NaN, Infinity]) expect(() => softCap(limit)).toThrow(ScoreError);
});
