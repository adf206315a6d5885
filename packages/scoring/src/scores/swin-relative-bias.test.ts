import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { ScoreError } from "../score-error.ts";
import { swinRelativeBias } from "./swin-relative-bias.ts";

const numbered = (rows: number): number[][] => Array.from({ length: rows }, (_, row) => [row, row + 100]);
const indexes = (program: ReturnType<typeof swinRelativeBias>, tokens: number, head = 0): (number | boolean)[][] =>
  Array.from({ length: tokens }, (_, query) =>
    Array.from({ length: tokens }, (_, key) => evaluate(program, { score: 0, head, query, key })),
  );

test("a 3 × 3 window has Swin's relative_position_index", () => {
  expect(indexes(swinRelativeBias({ table: numbered(25), height: 3, width: 3 }), 9)).toEqual([
    [12, 11, 10, 7, 6, 5, 2, 1, 0],
    [13, 12, 11, 8, 7, 6, 3, 2, 1],
    [14, 13, 12, 9, 8, 7, 4, 3, 2],
    [17, 16, 15, 12, 11, 10, 7, 6, 5],
    [18, 17, 16, 13, 12, 11, 8, 7, 6],
    [19, 18, 17, 14, 13, 12, 9, 8, 7],
    [22, 21, 20, 17, 16, 15, 12, 11, 10],
    [23, 22, 21, 18, 17, 16, 13, 12, 11],
    [24, 23, 22, 19, 18, 17, 14, 13, 12],
  ]);
});

test("a window of 1 row and 2 columns has 3 biases per head", () => {
  expect(indexes(swinRelativeBias({ table: numbered(3), height: 1, width: 2 }), 2, 1)).toEqual([
    [101, 100],
    [102, 101],
  ]);
});

test("tokens past the window read 0", () => {
  const program = swinRelativeBias({ table: numbered(9), height: 2, width: 2 });
  expect(evaluate(program, { score: 7, head: 1, query: 4, key: 0 })).toBe(7);
  expect(evaluate(program, { score: 7, head: 1, query: 0, key: 5 })).toBe(7);
});

test("a table that does not fit the window is refused", () => {
  expect(() => swinRelativeBias({ table: numbered(25), height: 3, width: 2 })).toThrow(
    "must have shape [15, heads], got [25, 2]",
  );
  expect(() => swinRelativeBias({ table: numbered(1), height: 0, width: 1 })).toThrow(ScoreError);
});
