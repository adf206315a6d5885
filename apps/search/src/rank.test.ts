import { expect, test } from "vitest";
import { rank } from "./rank.ts";

const vectors = { east: [1, 0], north: [0, 1], northeast: [Math.SQRT1_2, Math.SQRT1_2], west: [-1, 0] };
const vectorOf = (name: keyof typeof vectors): Float32Array => Float32Array.from(vectors[name]);

test("the closest direction comes first, with its cosine", () => {
  const ranked = rank(vectorOf("east"), ["west", "north", "northeast", "east"] as const, vectorOf, 3);
  expect(ranked.map(({ item }) => item)).toEqual(["east", "northeast", "north"]);
  expect(ranked[0].score).toBe(1);
  expect(ranked[1].score).toBeCloseTo(Math.cos(Math.PI / 4), 6);
});
