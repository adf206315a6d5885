import { evaluate } from "@fovea/program";
import { expect, test } from "vitest";
import { ScoreError } from "../score-error.ts";
import { skim } from "./skim.ts";
import { draw } from "../testing/draw.ts";

test("every third key and the neighbors", () => {
  expect(draw(skim({ stride: 3, neighbors: 1 }).mask, 7)).toBe(
    ["██·█··█", "███·█··", "·███·█·", "█·███·█", "·█·███·", "··█·███", "█··█·██"].join("\n"),
  );
});

test("causal skimming looks back only", () => {
  expect(draw(skim({ stride: 3, neighbors: 1, causal: true }).mask, 5)).toBe("█····\n██···\n·██··\n█·██·\n·█·██");
});

test("by default any key reaches any query before it in two steps", () => {
  const length = 40;
  const { mask } = skim({ causal: true });
  const sees = (query: number, key: number): boolean => evaluate(mask!, { query, key }) === true;
  for (const key of [0, 3, 10]) {
    for (let query = key; query < length; query++) {
      const between = Array.from({ length }, (_, middle) => sees(query, middle) && sees(middle, key));
      expect(between).toContain(true);
    }
  }
});

test("scores stay as they are", () => {
  expect(skim().score).toBeNull();
});

test("a stride of 0 is refused", () => {
  expect(() => skim({ stride: 0 })).toThrow(ScoreError);
  expect(() => skim({ neighbors: -1 })).toThrow("skim: neighbors must be a whole number from 0");
});
