import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { MaskError } from "../mask-error.ts";
import { slidingWindow } from "./sliding-window.ts";

test("a window of 1 sees itself and one key before", () => {
  expect(draw(slidingWindow({ lookback: 1 }), 4)).toBe("█···\n██··\n·██·\n··██");
});

test("a window of 0 sees itself only", () => {
  expect(draw(slidingWindow({ lookback: 0 }), 3)).toBe("█··\n·█·\n··█");
});

test("lookahead counts the keys after the query", () => {
  expect(draw(slidingWindow({ lookback: 0, lookahead: 2 }), 4)).toBe("███·\n·███\n··██\n···█");
});

test("distances that are negative, broken or missing are refused", () => {
  expect(() => slidingWindow({ lookback: -1 })).toThrow(MaskError);
  expect(() => slidingWindow({ lookback: 1.5 })).toThrow(
    "slidingWindow: lookback must be a whole number of at least 0, got 1.5.",
  );
  expect(() => slidingWindow({ lookback: 1, lookahead: Number.NaN })).toThrow("lookahead");
  expect(() => slidingWindow({} as { lookback: number })).toThrow(
    "lookback must be a whole number of at least 0, got undefined",
  );
});
