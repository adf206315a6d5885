import { expect, test } from "vitest";
import { both } from "../combine/both.ts";
import { causal } from "./causal.ts";
import { draw } from "../draw/draw.ts";
import { globalLocal } from "./global-local.ts";

test("the first position sees all and is seen by all, the rest see a centered window", () => {
  expect(draw(globalLocal({ lookback: 1, global: 1 }), 6)).toBe(
    ["██████", "███···", "████··", "█·███·", "█··███", "█···██"].join("\n"),
  );
});

test("global positions may stand anywhere, also beyond the keys", () => {
  expect(draw(globalLocal({ lookback: 0, global: [2, 9] }), 4)).toBe("█·█·\n·██·\n████\n··██");
});

test("joined with causal it is a window with attention sinks", () => {
  expect(draw(both(causal(), globalLocal({ lookback: 1, lookahead: 0, global: 1 })), 5)).toBe(
    ["█····", "██···", "███··", "█·██·", "█··██"].join("\n"),
  );
});

test("without global positions only the window is left", () => {
  expect(draw(globalLocal({ lookback: 1, lookahead: 0, global: [] }), 3)).toBe("█··\n██·\n·██");
});

test("positions that are not whole numbers are refused", () => {
  expect(() => globalLocal({ lookback: 1, global: [0, -1] })).toThrow(
    "global[1] must be a whole number of at least 0, got -1",
  );
  expect(() => globalLocal({ lookback: 1, global: 0.5 })).toThrow("global must be");
});
