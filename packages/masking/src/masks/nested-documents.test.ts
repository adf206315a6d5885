import { expect, test } from "vitest";
import { documents } from "./documents.ts";
import { draw } from "../draw/draw.ts";
import { nestedDocuments } from "./nested-documents.ts";

test("a section sees its chapter but not the section beside it", () => {
  expect(draw(nestedDocuments([0, 0, 1, 1, 2, 2], [-1, 0, 0]), 6)).toBe(
    ["██····", "██····", "████··", "████··", "██··██", "██··██"].join("\n"),
  );
});

test("documents without parents are plain documents", () => {
  expect(draw(nestedDocuments([0, 1, 1, -1], [-1, -1]), 5)).toBe(draw(documents([0, 1, 1, -1]), 5));
});

test("each batch element may have its own positions", () => {
  expect(draw(nestedDocuments([[0], [1, 0]], [-1, 0]), 2, 2, { batch: 1 })).toBe("██\n·█");
});

test("ids without a document are refused", () => {
  expect(() => nestedDocuments([0, 1], [-1])).toThrow(
    "nestedDocuments: ids[1] must be a whole number from -1 to 0, got 1.",
  );
});
