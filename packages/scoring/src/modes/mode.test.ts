import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { focus } from "./focus.ts";
import { glance } from "./glance.ts";
import { perHeadModes } from "./mode.ts";
import { recall } from "./recall.ts";
import { ScoreError } from "../score-error.ts";

test("each head looks in its own way", () => {
  const { score, mask } = perHeadModes([focus({ lookback: 0 }), recall({ first: 1 }), null]);
  const far = { score: 3, query: 5, key: 2 };
  expect([0, 1, 2].map((head) => evaluate(score!, { ...far, head }))).toEqual([6, 3, 3]);
  expect([0, 1, 2].map((head) => evaluate(mask!, { ...far, head }))).toEqual([false, false, true]);
  expect([0, 1, 2].map((head) => evaluate(mask!, { ...far, head, key: 0 }))).toEqual([false, true, true]);
});

test("what no mode changes stays null", () => {
  expect(perHeadModes([glance(), glance()]).mask).toBeNull();
  expect(perHeadModes([recall(), null]).score).toBeNull();
});

test("a list of another length than the heads is refused", () => {
  expect(() => perHeadModes([null], { heads: 2 })).toThrow("expected 2 modes, one per head, got 1");
  expect(() => perHeadModes([])).toThrow(ScoreError);
});
