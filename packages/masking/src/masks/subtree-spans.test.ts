import { expect, test } from "vitest";
import { MaskError } from "../mask-error.ts";
import { subtreeSpans } from "./subtree-spans.ts";

test("spans number a tree from its root, and contain the spans of the children", () => {
  // 0 ── 1 ── 2, 3
  //  └─ 4
  const { enter, leave } = subtreeSpans("test", [-1, 0, 1, 1, 0]);
  expect([...enter]).toEqual([1, 2, 3, 4, 5]);
  expect([...leave]).toEqual([6, 5, 4, 5, 6]);
});

test("several roots, and parents after their children", () => {
  const { enter, leave } = subtreeSpans("test", [2, -1, -1]);
  expect([...enter]).toEqual([3, 1, 2]);
  expect([...leave]).toEqual([4, 2, 4]);
});

test("a chain of 100,000 nodes is walked without recursion", () => {
  const { enter, leave } = subtreeSpans(
    "test",
    Array.from({ length: 100_000 }, (_, node) => node - 1),
  );
  expect(enter[99_999]).toBe(100_000);
  expect(leave[0]).toBe(100_001);
});

test("circles and parents that do not exist are refused", () => {
  expect(() => subtreeSpans("tree", [-1, 2, 1])).toThrow(
    "tree: parents must lead to a root (-1), but node 1 is its own ancestor.",
  );
  expect(() => subtreeSpans("tree", [0])).toThrow(MaskError);
  expect(() => subtreeSpans("tree", [-1, 2])).toThrow("parents[1] must be a whole number from -1 to 1, got 2");
});

test("no nodes give no spans", () => {
  expect(subtreeSpans("test", []).enter.length).toBe(0);
});
