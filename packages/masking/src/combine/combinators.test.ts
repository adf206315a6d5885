import { tablesOf, trace } from "@fovea/program";
import { expect, test } from "vitest";
import { both } from "./both.ts";
import { causal } from "../masks/causal.ts";
import { documents } from "../masks/documents.ts";
import { draw } from "../draw/draw.ts";
import { either } from "./either.ts";
import { MaskError } from "../mask-error.ts";
import { not } from "./not.ts";
import { slidingWindow } from "../masks/sliding-window.ts";

const window = slidingWindow({ lookback: 1, lookahead: 1 });

test("both keeps what all masks let through", () => {
  expect(draw(both(causal(), window), 3)).toBe("█··\n██·\n·██");
  expect(draw(both(causal(), window, documents([0, 1, 1])), 3)).toBe("█··\n·█·\n·██");
});

test("either keeps what one mask lets through", () => {
  expect(draw(either(causal(), window), 3)).toBe("██·\n███\n███");
});

test("not turns a mask around", () => {
  expect(draw(not(causal()), 3)).toBe("·██\n··█\n···");
});

test("one mask alone stays what it is", () => {
  expect(draw(both(window), 3)).toBe(draw(window, 3));
  expect(draw(either(window), 3)).toBe(draw(window, 3));
});

test("tables of the same name are kept apart when they differ and shared when they do not", () => {
  const first = documents([0, 0, 1]);
  const different = both(first, documents([0, 1, 1]));
  expect(draw(different, 3)).toBe("█··\n·█·\n··█");
  expect(Object.keys(tablesOf(different)).length).toBe(2);
  expect(Object.keys(tablesOf(both(first, not(first)))).length).toBe(1);
});

test("no masks, null, and programs that give no bool are refused", () => {
  expect(() => both()).toThrow(new MaskError("both: expected at least one mask, got none."));
  expect(() =>
    either(
      causal(),
      trace(({ score }) => score),
    ),
  ).toThrow("either: mask 2 must be a program that gives a bool, got one that gives float.");
  expect(() => not(null as unknown as ReturnType<typeof causal>)).toThrow(
    "not: the mask must be a program, got null. Leave it out where everything is visible.",
  );
});
