import { expect, test } from "vitest";
import { draw } from "../draw/draw.ts";
import { tree } from "./tree.ts";

test("a node sees its ancestors and itself", () => {
  expect(draw(tree([-1, 0, 1, 1, 0, 4]), 6)).toBe(
    ["█·····", "██····", "███···", "██·█··", "█···█·", "█···██"].join("\n"),
  );
});

test("after a past every node sees the past", () => {
  expect(draw(tree([-1, -1, 0], { past: 2 }), 3, 5, { queryOffset: 2 })).toBe("███··\n██·█·\n███·█");
});

test("the past itself is causal and sees no node", () => {
  expect(draw(tree([-1], { past: 2 }), 3)).toBe("█··\n██·\n███");
});

test("each batch element may have its own tree and its own past", () => {
  const mask = tree(
    [
      [-1, 0],
      [-1, -1],
    ],
    { past: [1, 0] },
  );
  expect(draw(mask, 2, 3, { batch: 0, queryOffset: 1 })).toBe("██·\n███");
  expect(draw(mask, 2, 2, { batch: 1 })).toBe("█·\n·█");
});

test("positions after the tree see only the past", () => {
  expect(draw(tree([-1], { past: 1 }), 3)).toBe("█··\n██·\n█··");
});

test("a broken past is refused", () => {
  expect(() => tree([-1], { past: -1 })).toThrow("tree: past must be a whole number of at least 0, got -1.");
});
