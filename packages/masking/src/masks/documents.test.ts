import { expect, test } from "vitest";
import { documents, documentTable } from "./documents.ts";
import { draw } from "../draw/draw.ts";
import { MaskError } from "../mask-error.ts";

test("a query sees the keys of its own document", () => {
  expect(draw(documents([0, 0, 1, 1, 1]), 5)).toBe(["██···", "██···", "··███", "··███", "··███"].join("\n"));
});

test("documents may be interleaved and their ids anything", () => {
  expect(draw(documents([7, 3, 7]), 3)).toBe("█·█\n·█·\n█·█");
});

test("padding (-1) and positions after the ids neither see nor are seen", () => {
  expect(draw(documents([0, -1, 0]), 4)).toBe("█·█·\n····\n█·█·\n····");
});

test("each batch element may have its own documents, shorter ones too", () => {
  const mask = documents([
    [0, 0, 1],
    [0, 1],
  ]);
  expect(draw(mask, 3, 3, { batch: 0 })).toBe("██·\n██·\n··█");
  expect(draw(mask, 3, 3, { batch: 1 })).toBe("█··\n·█·\n···");
});

test("keys may belong to other documents than queries", () => {
  expect(draw(documents([0, 1], { keyIds: [1, 0, 0] }), 2, 3)).toBe("·██\n█··");
});

test("other documents can be handed over as a table", () => {
  const mask = documents([0, 0, 0]);
  expect(draw(mask, 3, 3, { tables: { document: documentTable([4, 4, 5]) } })).toBe("██·\n██·\n··█");
});

test("typed arrays are accepted, broken ids refused", () => {
  expect(draw(documents(Int32Array.of(0, 1)), 2)).toBe("█·\n·█");
  expect(() => documents([0, -2])).toThrow(MaskError);
  expect(() => documents([[0], [0.5]])).toThrow(
    "documents: ids[1][0] must be a whole number from -1 to 2147483646, got 0.5.",
  );
});
