import { expect, test } from "vitest";
import { documentIds, documentsFromLengths } from "./documents-from-lengths.ts";
import { draw } from "../draw/draw.ts";

test("documents are given by their lengths", () => {
  expect(draw(documentsFromLengths([2, 0, 3]), 5)).toBe(["██···", "██···", "··███", "··███", "··███"].join("\n"));
});

test("lengths become an id per position; an empty document has none", () => {
  expect([...documentIds([2, 0, 3])]).toEqual([0, 0, 2, 2, 2]);
});

test("lengths that are negative or too large together are refused", () => {
  expect(() => documentsFromLengths([2, -1])).toThrow("documentsFromLengths: lengths[1]");
  expect(() => documentIds([2 ** 30, 2 ** 30])).toThrow("must add up to at most 2147483647, got 2147483648");
});
