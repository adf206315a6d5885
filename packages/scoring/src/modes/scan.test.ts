import { evaluate } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { scan } from "./scan.ts";
import { ScoreError } from "../score-error.ts";
import { draw } from "../testing/draw.ts";

test("a window slides along behind the query", () => {
  expect(draw(scan({ heads: 8, lookback: 2 }).mask, 4)).toBe("█···\n██··\n███·\n·███");
});

test("older keys lose a slope per step", () => {
  expect(evaluate(scan({ heads: 8 }).score!, { score: 1, head: 0, query: 9, key: 7 })).toBe(0); // 1 - 2 × 1/2
});

test("slopes may be learned", () => {
  const slopes = tensor([3]);
  expect(Object.values(scan({ slopes }).score!.values).map(({ data }) => data)).toContain(slopes.data);
});

test("bad arguments are refused", () => {
  expect(() => scan({ heads: 8, lookback: -1 })).toThrow(ScoreError);
  expect(() => scan({ heads: 0 })).toThrow(ScoreError);
});
