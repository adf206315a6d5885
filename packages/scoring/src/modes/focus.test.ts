import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { focus } from "./focus.ts";
import { ScoreError } from "../score-error.ts";
import { draw } from "../testing/draw.ts";

test("a query sees one key on each side", () => {
  expect(draw(focus({ lookback: 1 }).mask, 4)).toBe("██··\n███·\n·███\n··██");
});

test("without lookahead it is causal", () => {
  expect(draw(focus({ lookback: 2, lookahead: 0 }).mask, 4)).toBe("█···\n██··\n███·\n·███");
});

test("by default scores double, so that weights are squared", () => {
  expect(evaluate(focus().score!, { score: 1.5 })).toBe(3);
  expect(evaluate(focus({ temperature: [1, 0.25] }).score!, { score: 1.5, head: 1 })).toBe(6);
});

test("by default eight keys on each side are seen", () => {
  expect([0, 1, 9, 17, 18].map((key) => evaluate(focus().mask!, { query: 9, key }))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});

test("windows of less than nothing are refused", () => {
  expect(() => focus({ lookback: -1 })).toThrow(ScoreError);
  expect(() => focus({ lookahead: 0.5 })).toThrow("focus: lookahead must be a whole number from 0");
  expect(() => focus({ temperature: 0 })).toThrow(ScoreError);
});
