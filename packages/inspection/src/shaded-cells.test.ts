import { expect, test } from "vitest";
import { InspectionError } from "./inspection-error.ts";
import { shadedCells } from "./shaded-cells.ts";

const options = { cell: (index: number) => `M${index} 0z`, attributes: `class="x"` };

test("cells of one shade are one path, and those of none are left out", () => {
  expect(shadedCells([0, 2, 4, 2.1, 0.1], options)).toBe(
    '<path d="M1 0zM3 0z" class="x" opacity="0.5"/><path d="M2 0z" class="x" opacity="1"/>',
  );
});

test("as many shades as asked for", () => {
  expect(shadedCells([1, 2, 3, 4], { ...options, shades: 2 })).toBe(
    '<path d="M0 0zM1 0z" class="x" opacity="0.5"/><path d="M2 0zM3 0z" class="x" opacity="1"/>',
  );
});

test("nothing looked at is nothing drawn", () => {
  expect([shadedCells([0, 0], options), shadedCells([], options)]).toEqual(["", ""]);
  for (const shades of [0, 1.5, -1]) expect(() => shadedCells([1], { ...options, shades })).toThrow(InspectionError);
});

test("there are ten shades where nothing is said, and one at least", () => {
  const opacities = (weights: readonly number[], own: { readonly shades?: number } = {}): string[] =>
    Array.from(shadedCells(weights, { ...options, ...own }).matchAll(/opacity="([^"]+)"/g), ([, value]) => value);
  // 4 of 100 rounds to no tenth, 5 to one
  expect(opacities([100, 4])).toEqual(["1"]);
  expect(opacities([100, 5, 34])).toEqual(["1", "0.1", "0.3"]);
  expect(opacities([100, 49], { shades: 1 })).toEqual(["1"]);
  expect(shadedCells([100, 50], { ...options, shades: 1 })).toBe('<path d="M0 0zM1 0z" class="x" opacity="1"/>');
});
