import { expect, test } from "vitest";
import { createRunBuilder } from "./run-builder.ts";

test("rows may be filled in any order, and come out in theirs", () => {
  const builder = createRunBuilder(3);
  builder.append(2, 0, 1, 1);
  builder.append(0, 3, 5, 0);
  builder.append(2, 4, 6, 1);
  const { rowStarts, runStarts, runEnds, runFull } = builder.finish();
  expect([...rowStarts]).toEqual([0, 1, 1, 3]);
  expect([...runStarts]).toEqual([3, 0, 4]);
  expect([...runEnds]).toEqual([5, 1, 6]);
  expect([...runFull]).toEqual([0, 1, 1]);
});

test("neighbors of one kind are merged, others are not", () => {
  const builder = createRunBuilder(1);
  builder.append(0, 0, 1, 1);
  builder.append(0, 1, 3, 1);
  builder.append(0, 3, 4, 0);
  builder.append(0, 5, 6, 0);
  const { runStarts, runEnds, runFull } = builder.finish();
  expect([...runStarts]).toEqual([0, 3, 5]);
  expect([...runEnds]).toEqual([3, 4, 6]);
  expect([...runFull]).toEqual([1, 0, 0]);
});

test("more runs than the first arrays hold", () => {
  const builder = createRunBuilder(1);
  for (let i = 0; i < 5000; i++) builder.append(0, 2 * i, 2 * i + 1, 1);
  const { rowStarts, runStarts } = builder.finish();
  expect(rowStarts[1]).toBe(5000);
  expect(runStarts[4999]).toBe(9998);
});
