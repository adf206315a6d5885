import { evaluate } from "@fovea/program";
import { readValues } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { focus } from "../modes/focus.ts";
import { recall } from "../modes/recall.ts";
import { ScoreError } from "../score-error.ts";
import { adaptiveSpan } from "./adaptive-span.ts";
import { gatedModes } from "./gated-modes.ts";
import { learnedRelativeBias } from "./learned-relative-bias.ts";
import type { LearnedScore } from "./learned-score.ts";
import { learnedTemperature } from "./learned-temperature.ts";

/** The one table of a learned score, and its numbers. */
function tableOf({ score, learnedTables }: LearnedScore): {
  name: string;
  shape: readonly number[];
  numbers: number[];
} {
  const [name] = learnedTables as [string];
  const table = score.values[name];
  return { name, shape: table.shape, numbers: Array.from(readValues(table)) };
}

/** What a pair's weight is multiplied by, for a score of 0. */
const height = (learned: LearnedScore, query: number, key: number, head = 0): number =>
  Math.exp(evaluate(learned.score, { score: 0, head, query, key }) as number);

describe("adaptive spans", () => {
  // min(max((ramp + span - distance) / ramp, 0), 1)
  test("start at half of the maximum, with an edge of a quarter of it", () => {
    const learned = adaptiveSpan({ heads: 2, maximum: 8 });
    expect(tableOf(learned)).toEqual({ name: "share", shape: [2], numbers: [0.5, 0.5] });
    // span 4, ramp 2: whole up to 4 tokens, a half at 5, nothing from 6 on, on both sides
    const expected = [1, 1, 1, 1, 1, 0.5, 0, 0];
    expect(expected.map((_, distance) => height(learned, 10, 10 - distance))).toEqual(expected);
    expect(expected.map((_, distance) => height(learned, 10, 10 + distance))).toEqual(expected);
  });

  test("have an edge of at least one token", () => {
    const learned = adaptiveSpan({ heads: 1, maximum: 3, initial: 1 });
    expect([3, 4].map((distance) => height(learned, 5, 5 - distance))).toEqual([1, 0]);
    expect(height(adaptiveSpan({ heads: 1, maximum: 3, initial: 1, ramp: 2 }), 5, 1)).toBeCloseTo(0.5, 12);
  });

  test("begin where they are told, from nothing to everything, and are held there", () => {
    for (const initial of [0, 1]) {
      const learned = adaptiveSpan({ heads: 1, maximum: 4, ramp: 1, initial });
      expect(tableOf(learned).numbers).toEqual([initial]);
      expect([0, 1, 4, 5].map((distance) => height(learned, 9, 9 - distance))).toEqual(
        initial ? [1, 1, 1, 0] : [1, 0, 0, 0],
      );
      learned.score.values["share"].data[0] = initial ? 7 : -7; // a share that an optimizer pushed too far
      expect([0, 1, 4, 5].map((distance) => height(learned, 9, 9 - distance))).toEqual(
        initial ? [1, 1, 1, 0] : [1, 0, 0, 0],
      );
    }
  });

  test("each head has its own", () => {
    const learned = adaptiveSpan({ heads: 2, maximum: 4, ramp: 1, initial: 0.25 });
    learned.score.values["share"].data[1] = 0.75;
    expect([0, 1].map((head) => [1, 2, 3, 4].map((distance) => height(learned, 9, 9 - distance, head)))).toEqual([
      [1, 0, 0, 0],
      [1, 1, 1, 0],
    ]);
  });
});

test("a learned temperature starts at 1, and its table is a logarithm", () => {
  const learned = learnedTemperature({ heads: 2 });
  expect(tableOf(learned)).toEqual({ name: "sharpness", shape: [2], numbers: [0, 0] });
  expect(evaluate(learned.score, { score: 3, head: 1 })).toBe(3);
  learned.score.values["sharpness"].data[1] = Math.log(2);
  expect(evaluate(learned.score, { score: 3, head: 1 })).toBeCloseTo(6, 6);
  expect(evaluate(learned.score, { score: 3, head: 0 })).toBe(3);
});

test("a learned relative bias starts at 0, and what is further apart than reach shares the outermost entries", () => {
  const learned = learnedRelativeBias({ heads: 2, reach: 1 });
  expect(tableOf(learned)).toEqual({ name: "bias", shape: [2, 3], numbers: [0, 0, 0, 0, 0, 0] });
  learned.score.values["bias"].data.set([1, 2, 3, 4, 5, 6]);
  const at = (head: number): unknown[] =>
    [0, 3, 4, 5, 9].map((key) => evaluate(learned.score, { score: 10, head, query: 4, key }));
  expect([at(0), at(1)]).toEqual([
    [11, 11, 12, 13, 13],
    [14, 14, 15, 16, 16],
  ]);
});

/** The weight that a score gives, before the row is normalized. */
const weigh = (learned: LearnedScore, score: number, query: number, key: number): number =>
  Math.exp(evaluate(learned.score, { score, head: 0, query, key }) as number);

describe("gated modes", () => {
  test("start as the mean of what every mode makes of a pair", () => {
    const learned = gatedModes({ heads: 1, modes: [null, focus({ lookback: 1, lookahead: 0 })] });
    expect(tableOf(learned)).toEqual({ name: "gates", shape: [1, 2], numbers: [0, 0] });
    // focus doubles scores within its window
    expect(weigh(learned, 1, 5, 5)).toBeCloseTo((Math.exp(1) + Math.exp(2)) / 2, 5);
    expect(weigh(learned, 1, 5, 3)).toBeCloseTo(Math.exp(1) / 2, 5);
  });

  test("weigh modes by the softmax of a head's gates, also where scores are large", () => {
    const learned = gatedModes({ heads: 1, modes: [null, focus({ lookback: 1, lookahead: 0 })] });
    learned.score.values["gates"].data.set([Math.log(3), 0]);
    expect(weigh(learned, 1, 5, 5)).toBeCloseTo(0.75 * Math.exp(1) + 0.25 * Math.exp(2), 5);
    expect(evaluate(learned.score, { score: 1e4, head: 0, query: 5, key: 5 })).toBeCloseTo(2e4 + Math.log(0.25), 3);
  });

  test("see a pair where any mode sees it, and no other", () => {
    const learned = gatedModes({
      heads: 1,
      modes: [focus({ lookback: 1, lookahead: 0 }), recall({ first: 1, gap: 6 })],
    });
    expect([0, 1, 3, 4, 5, 6].map((key) => weigh(learned, 0, 5, key) > 0)).toEqual([
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
  });
});

describe("what cannot be learned is refused", () => {
  const counts = [0, -1, 1.5, Number.NaN, "2" as unknown as number];

  test("counts that are none", () => {
    for (const count of counts) {
      for (const [make, name] of [
        [() => adaptiveSpan({ heads: count, maximum: 4 }), "heads"],
        [() => adaptiveSpan({ heads: 1, maximum: count }), "maximum"],
        [() => learnedTemperature({ heads: count }), "heads"],
        [() => learnedRelativeBias({ heads: count, reach: 1 }), "heads"],
        [() => learnedRelativeBias({ heads: 1, reach: count }), "reach"],
        [() => gatedModes({ heads: count, modes: [null, focus()] }), "heads"],
      ] as const) {
        expect(make).toThrow(ScoreError);
        expect(make).toThrow(`${name} must be a whole number from 1 to`);
      }
    }
  });

  test("edges, shares and modes out of range", () => {
    for (const ramp of [0, -1, Number.NaN, Infinity]) {
      expect(() => adaptiveSpan({ heads: 1, maximum: 4, ramp })).toThrow("ramp must be a finite number above 0");
    }
    for (const initial of [-0.01, 1.01, Number.NaN]) {
      expect(() => adaptiveSpan({ heads: 1, maximum: 4, initial })).toThrow("initial must be a number from 0 to 1");
    }
    for (const modes of [[], [null]])
      expect(() => gatedModes({ heads: 1, modes })).toThrow("modes must be at least two");
    const { mask } = focus();
    const { score } = learnedTemperature({ heads: 1 });
    expect(() => gatedModes({ heads: 1, modes: [null, { score: mask!, mask: null }] })).toThrow(
      "a mode's score must be a score program",
    );
    expect(() => gatedModes({ heads: 1, modes: [null, { score: null, mask: score }] })).toThrow(
      "a mode's mask must be a mask program",
    );
  });
});
