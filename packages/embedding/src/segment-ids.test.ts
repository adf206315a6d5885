import { tensor, toNested } from "@fovea/tensor";
import { expect, test } from "vitest";
import { segmentIds } from "./segment-ids.ts";

const separator = 102;

test("a separator belongs to the segment it ends, as in BERT", () => {
  const ids = tensor(
    [
      [101, 7, 8, 102, 9, 102],
      [101, 102, 7, 7, 7, 102],
    ],
    { dtype: "int32" },
  );
  expect(toNested(segmentIds(ids, { separator }))).toEqual([
    [0, 0, 0, 0, 1, 1],
    [0, 0, 1, 1, 1, 1],
  ]);
});

test("the last segment takes all that follows", () => {
  const ids = tensor([1, 102, 2, 102, 3, 102, 4], { dtype: "int32" });
  expect(toNested(segmentIds(ids, { separator }))).toEqual([0, 0, 1, 1, 1, 1, 1]);
  expect(toNested(segmentIds(ids, { separator, segments: 3 }))).toEqual([0, 0, 1, 1, 2, 2, 2]);
});

test("there are two segments where nothing is said, and one at least", () => {
  const ids = tensor([102, 1, 102, 2], { dtype: "int32" });
  expect(toNested(segmentIds(ids, { separator, segments: 2 }))).toEqual(toNested(segmentIds(ids, { separator })));
  expect(toNested(segmentIds(ids, { separator, segments: 1 }))).toEqual([0, 0, 0, 0]);
  for (const segments of [0, -1, 1.5]) {
    expect(() => segmentIds(ids, { separator, segments })).toThrow("segments must be a whole number of at least 1");
  }
});
