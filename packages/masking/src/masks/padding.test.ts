import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { padding } from "./padding.ts";

test("keys after the length of a batch element are hidden", () => {
  const mask = padding([2, 4]);
  expect(draw(mask, 2, 4, { batch: 0 })).toBe("██··\n██··");
  expect(draw(mask, 2, 4, { batch: 1 })).toBe("████\n████");
});

test("padding may stand on the left", () => {
  expect(draw(padding([3], { side: "left" }), 2, 4)).toBe("·███\n·███");
});

test("padded queries may be made to see nothing", () => {
  expect(draw(padding([3], { queryLengths: [2] }), 3, 4)).toBe("███·\n███·\n····");
});

test("options that make no sense are refused", () => {
  expect(() => padding([-1])).toThrow("lengths[0]");
  expect(() => padding(3 as unknown as number[])).toThrow("padding: lengths must be an array of whole numbers, got 3.");
  expect(() => padding([3], { queryLengths: [2, 2] })).toThrow("one number per batch element, 1, got 2");
  expect(() => padding([3], { queryLengths: [2], side: "left" })).toThrow("queryLengths need padding on the right");
  expect(() => padding([3], { side: "top" as "left" })).toThrow('"right" or "left", got top');
});
