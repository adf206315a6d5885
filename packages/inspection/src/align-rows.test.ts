import { expect, test } from "vitest";
import { tensor, zeros } from "@fovea/tensor";
import { alignRows } from "./align-rows.ts";
import { InspectionError } from "./inspection-error.ts";

test("every frame goes to the row that it weighs most in, in order", () => {
  const rows = [
    [9, 8, 1, 0, 0, 0],
    [0, 1, 7, 6, 0, 0],
    [0, 0, 0, 1, 5, 4],
  ];
  expect(alignRows(tensor(rows))).toEqual([0, 2, 4]);
});

test("a row that looks back is put where its neighbors leave it", () => {
  const rows = [
    [5, 5, 0, 0],
    [9, 0, 1, 0],
    [0, 0, 0, 5],
  ];
  expect(alignRows(tensor(rows))).toEqual([0, 2, 3]);
});

test("with as many rows as frames, each has one", () => {
  expect(
    alignRows(
      tensor([
        [0, 0, 9],
        [0, 0, 9],
        [9, 0, 0],
      ]),
    ),
  ).toEqual([0, 1, 2]);
});

test("it finds the best of all ways: compared with trying every one", () => {
  let state = 3;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 20; round++) {
    const rows = Array.from({ length: 3 }, () => Array.from({ length: 7 }, random));
    const sum = ([, second, third]: readonly number[]): number =>
      rows[0].reduce((total, _, frame) => total + rows[frame >= third ? 2 : frame >= second ? 1 : 0][frame], 0);
    let best = -Infinity;
    for (let second = 1; second < 6; second++) {
      for (let third = second + 1; third < 7; third++) best = Math.max(best, sum([0, second, third]));
    }
    expect(sum(alignRows(tensor(rows)))).toBeCloseTo(best, 10);
  }
});

test("no queries have no starts", () => expect(alignRows(zeros([0, 4]))).toEqual([]));

test("what cannot be aligned is refused", () => {
  expect(() => alignRows(zeros([4]))).toThrow(InspectionError);
  expect(() => alignRows(zeros([3, 2]))).toThrow("with a key for each query, got [3, 2]");
  expect(() => alignRows(tensor([[0, NaN]]))).toThrow("expected finite weights, got NaN at index 1");
});
