import { expect, test } from "vitest";
import { causalDocuments } from "./causal-documents.ts";
import { draw } from "../draw/draw.ts";

test("each document is read from left to right", () => {
  expect(draw(causalDocuments([0, 0, 1, 1, 1]), 5)).toBe(["█····", "██···", "··█··", "··██·", "··███"].join("\n"));
});

test("each batch element may have its own documents", () => {
  expect(draw(causalDocuments([[0], [0, 0]]), 2, 2, { batch: 1 })).toBe("█·\n██");
});
