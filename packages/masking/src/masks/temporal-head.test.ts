import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { temporalHead } from "./temporal-head.ts";

test("tokens see their own place in every frame", () => {
  expect(draw(temporalHead({ frames: 2, tokensPerFrame: 2 }), 4)).toBe("█·█·\n·█·█\n█·█·\n·█·█");
});

test("places less than width × tokensPerFrame / frames apart are seen", () => {
  // floor(1 × 4 / 2) = 2: the neighbors too
  expect(draw(temporalHead({ frames: 2, tokensPerFrame: 4 }), 2, 8)).toBe("██··██··\n███·███·");
});

test("the prompt sees and is seen by everything", () => {
  expect(draw(temporalHead({ frames: 2, tokensPerFrame: 2, prompt: 1 }), 5)).toBe("█████\n██·█·\n█·█·█\n██·█·\n█·█·█");
});

test("sizes of 0 are refused", () => {
  expect(() => temporalHead({ frames: 2, tokensPerFrame: 0 })).toThrow(
    "temporalHead: tokensPerFrame must be a whole number of at least 1, got 0.",
  );
});
