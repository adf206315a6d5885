import { evaluate } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { alibi, alibiSlopes } from "./alibi.ts";
import { ScoreError } from "../score-error.ts";

test("8 heads have the slopes printed in the paper, 1/2 to 1/256", () => {
  expect(alibiSlopes(8)).toEqual([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]);
});

test("16 heads start at 1/√2, each slope 1/√2 of the one before", () => {
  const slopes = alibiSlopes(16);
  expect(slopes).toHaveLength(16);
  slopes.forEach((slope, i) => expect(slope).toBeCloseTo(Math.SQRT1_2 ** (i + 1), 15));
});

test("12 heads take the 8 slopes of 8 heads, then every second one of 16 heads", () => {
  const expected = [1, 2, 3, 4, 5, 6, 7, 8, 0.5, 1.5, 2.5, 3.5].map((exponent) => 2 ** -exponent);
  alibiSlopes(12).forEach((slope, i) => expect(slope).toBeCloseTo(expected[i], 15));
  expect(alibiSlopes(12)).toHaveLength(12);
});

test("1, 3 and 6 heads agree with the code of the authors", () => {
  expect(alibiSlopes(1)).toEqual([2 ** -8]);
  expect(alibiSlopes(3)).toEqual([2 ** -4, 2 ** -8, 2 ** -2]);
  expect(alibiSlopes(6)).toEqual([2 ** -2, 2 ** -4, 2 ** -6, 2 ** -8, 2 ** -1, 2 ** -3]);
});

test("a key three back loses three slopes of its head", () => {
  expect(evaluate(alibi({ heads: 8 }), { score: 1, head: 1, query: 5, key: 2 })).toBe(1 - 3 / 4);
});

test("a key ahead gains, unless symmetric", () => {
  const ahead = { score: 0, head: 0, query: 1, key: 3 };
  expect(evaluate(alibi({ heads: 8 }), ahead)).toBe(1);
  expect(evaluate(alibi({ heads: 8, symmetric: true }), ahead)).toBe(-1);
  expect(evaluate(alibi({ heads: 8, symmetric: true }), { ...ahead, query: 3, key: 1 })).toBe(-1);
});

test("learned slopes are read in place", () => {
  const slopes = tensor([0.5, 0.25]);
  const program = alibi({ slopes });
  expect(program.values["slopes"].data).toBe(slopes.data);
  slopes.data[1] = 2;
  expect(evaluate(program, { score: 0, head: 1, query: 4, key: 1 })).toBe(-6);
});

test("bad arguments are refused with what to do", () => {
  expect(() => alibi({ heads: 0 })).toThrow(ScoreError);
  expect(() => alibi({ heads: 2.5 })).toThrow("alibi: heads must be a whole number from 1");
  expect(() => alibi({ heads: 2, slopes: [1, 2] })).toThrow("expected either heads or slopes");
  expect(() => alibi(8 as never)).toThrow("Write alibi({ heads: 8 })");
  expect(() => alibi({} as { heads: number })).toThrow("expected either heads or slopes");
  expect(() => alibi({ slopes: [[1], [2]] })).toThrow("slopes must have shape [heads], got [2, 1]");
  expect(() => alibi({ slopes: [] })).toThrow("slopes must hold at least one number");
  expect(() => alibi({ slopes: Int32Array.of(1, 2) })).toThrow("slopes must be float32 or float64, got int32");
});
