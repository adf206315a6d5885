import { trace } from "@fovea/program";
import { expect, test } from "vitest";
import { causal } from "./causal.ts";
import { causalDocuments } from "./causal-documents.ts";
import { documents } from "./documents.ts";
import { draw } from "../draw/draw.ts";
import { prefix } from "./prefix.ts";
import { withinDocuments } from "./within-documents.ts";

const ids = [0, 0, 1, 1, 1];

test("a prefix counts from the start of each document", () => {
  expect(draw(withinDocuments(ids, prefix(2)), 5)).toBe(["██···", "██···", "··██·", "··██·", "··███"].join("\n"));
});

test("causal within documents is causal and documents", () => {
  expect(draw(withinDocuments(ids, causal()), 5)).toBe(draw(causalDocuments(ids), 5));
});

test("documents within documents keep both tables of the same name", () => {
  // within each document the first position stands alone
  expect(draw(withinDocuments(ids, documents([0, 1, 1])), 5)).toBe(
    ["█····", "·█···", "··█··", "···██", "···██"].join("\n"),
  );
});

test("each batch element may have its own documents", () => {
  expect(draw(withinDocuments([[0], [3, 4, 3]], prefix(1)), 3, 3, { batch: 1 })).toBe("█··\n·█·\n█·█");
});

test("a program that gives no bool is refused", () => {
  expect(() =>
    withinDocuments(
      ids,
      trace(({ score }) => score),
    ),
  ).toThrow("withinDocuments: the mask must be a program that gives a bool, got one that gives float.");
});
