import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { flamingo } from "./flamingo.ts";

test("text sees the last image before it", () => {
  expect(draw(flamingo({ positions: [1, 3], tokensPerMedia: 2 }), 5, 4)).toBe("····\n██··\n██··\n··██\n··██");
});

test("text may see every image before it; keys after the last image are hidden", () => {
  expect(draw(flamingo({ positions: [1, 3], tokensPerMedia: 1, sees: "all" }), 4, 3)).toBe("···\n█··\n█··\n██·");
});

test("ends say how long an image is seen: two images shown together", () => {
  // intervals [0, 7), [1, 7), [7, 12) over 12 tokens, one key per image
  const mask = flamingo({ positions: [0, 1, 7], ends: [7, 7, 12], tokensPerMedia: 1 });
  expect(draw(mask, 12, 3)).toBe(["█··", ...Array<string>(6).fill("██·"), ...Array<string>(5).fill("··█")].join("\n"));
});

test("options that make no sense are refused", () => {
  expect(() => flamingo({ positions: [3, 1], tokensPerMedia: 1 })).toThrow(
    "flamingo: positions must ascend, got 1 after 3.",
  );
  expect(() => flamingo({ positions: [0], ends: [], tokensPerMedia: 1 })).toThrow(
    "one number for each of the 1 positions, got 0",
  );
  expect(() => flamingo({ positions: [0], tokensPerMedia: 0 })).toThrow("tokensPerMedia");
  expect(() => flamingo({ positions: [0], tokensPerMedia: 1, sees: "next" as "last" })).toThrow(
    '"last" or "all", got next',
  );
});
