import { expect, test } from "vitest";
import { dilatedWindow } from "./dilated-window.ts";
import { draw } from "../draw/draw.ts";

test("every second key within reach is visible", () => {
  expect(draw(dilatedWindow({ lookback: 4, dilation: 2 }), 6)).toBe(
    ["█·····", "·█····", "█·█···", "·█·█··", "█·█·█·", "·█·█·█"].join("\n"),
  );
});

test("a reach that is no multiple of the dilation ends at the last visible key, on both sides", () => {
  expect(draw(dilatedWindow({ lookback: 5, lookahead: 3, dilation: 3 }), 7)).toBe(
    ["█··█···", "·█··█··", "··█··█·", "█··█··█", "·█··█··", "··█··█·", "···█··█"].join("\n"),
  );
});

test("dilation 1 is a plain window", () => {
  expect(draw(dilatedWindow({ lookback: 1, dilation: 1 }), 3)).toBe("█··\n██·\n·██");
});

test("a dilation of 0 is refused", () => {
  expect(() => dilatedWindow({ lookback: 4, dilation: 0 })).toThrow(
    "dilation must be a whole number of at least 1, got 0",
  );
});
