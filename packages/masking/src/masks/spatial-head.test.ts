import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { spatialHead } from "./spatial-head.ts";

test("tokens see what is less than a frame away", () => {
  expect(draw(spatialHead({ frames: 2, tokensPerFrame: 2 }), 4)).toBe("██··\n███·\n·███\n··██");
});

test("the prompt sees and is seen by everything, the first frame is seen when asked", () => {
  expect(draw(spatialHead({ frames: 3, tokensPerFrame: 1, prompt: 1 }), 4)).toBe("████\n██··\n█·█·\n█··█");
  expect(draw(spatialHead({ frames: 3, tokensPerFrame: 1, prompt: 1, firstFrame: true }), 4)).toBe(
    "████\n██··\n███·\n██·█",
  );
});

test("the reach is rounded down", () => {
  // 1 × 5 tokens, rounded down to 4: distances below 4
  expect(draw(spatialHead({ frames: 2, tokensPerFrame: 5, roundTo: 4 }), 1, 10)).toBe("████······");
});

test("rounding the reach to nothing is refused", () => {
  expect(() => spatialHead({ frames: 2, tokensPerFrame: 5, roundTo: 8 })).toThrow(
    "roundTo must be a whole number from 1 to 5, got 8",
  );
  expect(() => spatialHead({ frames: 0, tokensPerFrame: 5 })).toThrow("frames");
});
