import { expect, test } from "vitest";
import { editDistance } from "./edit-distance.ts";

test.each([
  ["kitten", "sitting", 3], // Levenshtein's own kind of example: k → s, e → i, + g
  ["martin", "martin", 0],
  ["", "abc", 3],
  ["abc", "", 3],
  ["flaw", "lawn", 2],
])("%s to %s takes %d changes", (from, to, changes) => {
  expect(editDistance(from, to)).toBe(changes);
  expect(editDistance(to, from)).toBe(changes);
});
