import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { videoHeads } from "./video-heads.ts";

test("each head looks around in space or along time", () => {
  const mask = videoHeads({ frames: 2, tokensPerFrame: 2, heads: ["temporal", "spatial"] });
  expect(draw(mask, 4, 4, { head: 0 })).toBe("█·█·\n·█·█\n█·█·\n·█·█");
  expect(draw(mask, 4, 4, { head: 1 })).toBe("██··\n███·\n·███\n··██");
  expect(draw(mask, 4, 4, { head: 2 })).toBe("██··\n███·\n·███\n··██");
});

test("an unknown kind of head is refused", () => {
  expect(() => videoHeads({ frames: 2, tokensPerFrame: 2, heads: ["spatial", "sideways" as "spatial"] })).toThrow(
    'videoHeads: heads[1] must be "spatial" or "temporal", got sideways.',
  );
});
