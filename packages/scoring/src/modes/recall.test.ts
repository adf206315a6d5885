import { expect, test } from "vitest";
import { recall } from "./recall.ts";
import { ScoreError } from "../score-error.ts";
import { draw } from "../testing/draw.ts";

test("the beginning, the far past and the query itself", () => {
  expect(draw(recall({ first: 1, gap: 3 }).mask, 6)).toBe("█·····\n██····\n█·█···\n█··█··\n██··█·\n███··█");
});

test("without first keys and with a gap of 1 it is the whole past", () => {
  expect(draw(recall({ first: 0, gap: 1 }).mask, 3)).toBe("█··\n██·\n███");
});

test("nothing is worth less for being old", () => {
  expect(recall().score).toBeNull();
});

test("a gap of 0 is refused", () => {
  expect(() => recall({ gap: 0 })).toThrow(ScoreError);
  expect(() => recall({ first: -1 })).toThrow("recall: first must be a whole number from 0");
});
