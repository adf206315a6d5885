import { evaluate } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { ScoreError } from "../score-error.ts";
import { temperature } from "./temperature.ts";

test("a temperature of 1/2 doubles scores", () => {
  expect(evaluate(temperature(0.5), { score: 3 })).toBe(6);
});

test("each head has its own temperature", () => {
  const program = temperature([1, 2, 4]);
  expect([0, 1, 2].map((head) => evaluate(program, { score: 8, head }))).toEqual([8, 4, 2]);
});

test("one learned temperature serves all heads and is read in place", () => {
  const learned = tensor([2]);
  const program = temperature(learned);
  expect(evaluate(program, { score: 8, head: 7 })).toBe(4);
  learned.data[0] = 4;
  expect(evaluate(program, { score: 8, head: 7 })).toBe(2);
  expect(program.values["temperature"].data).toBe(learned.data);
});

test("a fixed temperature needs no table", () => {
  expect(temperature(3).tables).toHaveLength(0);
});

test("a temperature that is not above 0 is refused, in a table by its head", () => {
  expect(() => temperature(0)).toThrow(ScoreError);
  expect(() => temperature([1, -2])).toThrow("temperature[1] must be a finite number above 0, got -2");
  expect(() => temperature([[1, 2]])).toThrow("must have shape [heads]");
});
