import { evaluate, trace } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { alibi } from "../scores/alibi.ts";
import { chain } from "./chain.ts";
import { ScoreError } from "../score-error.ts";
import { softCap } from "../scores/soft-cap.ts";
import { temperature } from "../scores/temperature.ts";

const place = { score: 4, head: 0, query: 3, key: 1 };

test("scores apply from left to right", () => {
  // alibi: 4 - 2 × 1/16 = 3.875; then capped at 2
  expect(evaluate(chain(alibi({ heads: 2 }), softCap(2)), place)).toBeCloseTo(2 * Math.tanh(3.875 / 2), 14);
  expect(evaluate(chain(softCap(2), alibi({ heads: 2 })), place)).toBeCloseTo(2 * Math.tanh(2) - 0.125, 14);
});

test("three in a row", () => {
  expect(evaluate(chain(temperature(2), temperature(2), temperature([4])), place)).toBe(0.25);
});

test("two tables of one name are kept apart, one tensor in two places is one table", () => {
  const shared = tensor([2]);
  expect(evaluate(chain(alibi({ slopes: [1] }), alibi({ slopes: [0.25] })), place)).toBe(4 - 2 - 0.5);
  expect(chain(temperature(shared), temperature(shared)).tables).toHaveLength(1);
});

test("null changes nothing", () => {
  expect(evaluate(chain(null, temperature(2), null), place)).toBe(2);
  expect(evaluate(chain(null), place)).toBe(4);
});

test("masks and an empty chain are refused", () => {
  const mask = trace(({ key }) => key.less(2));
  expect(() => chain(softCap(1), mask)).toThrow("chain: program 1 must be a score program, got a mask");
  expect(() => chain()).toThrow(ScoreError);
});
