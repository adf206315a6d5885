import { expect, test } from "vitest";
import { usedInputs } from "@fovea/program";
import { draw } from "../draw/draw.ts";
import { prefix } from "./prefix.ts";

test("everyone sees the prefix, the rest is causal", () => {
  expect(draw(prefix(2), 5)).toBe(["██···", "██···", "███··", "████·", "█████"].join("\n"));
});

test("each batch element may have its own prefix, and those after the list have none", () => {
  const mask = prefix([0, 3]);
  expect(draw(mask, 3, 3, { batch: 0 })).toBe("█··\n██·\n███");
  expect(draw(mask, 3, 3, { batch: 1 })).toBe("███\n███\n███");
  expect(draw(mask, 3, 3, { batch: 2 })).toBe("█··\n██·\n███");
});

test("one length for all does not read the batch", () => {
  expect(usedInputs(prefix(2)).has("batch")).toBe(false);
  expect(usedInputs(prefix([2])).has("batch")).toBe(true);
});

test("negative lengths are refused", () => {
  expect(() => prefix(-2)).toThrow("prefix: lengths must be a whole number of at least 0, got -2.");
  expect(() => prefix([1, 2.5])).toThrow("lengths[1]");
});
