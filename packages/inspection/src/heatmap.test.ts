import { tensor, zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { heatmap } from "./heatmap.ts";
import { InspectionError } from "./inspection-error.ts";

const weights = tensor([
  [1, 0],
  [0.5, 0.25],
]);

test("the largest weight is full, half of it half a shade", () => {
  expect(heatmap(weights)).toBe("██\n▒▒░░");
});

test("a maximum makes pictures of several heads comparable", () => {
  expect(heatmap(weights, { maximum: 4 })).toBe("░░\n░░");
});

test("labels stand on the left and above", () => {
  expect(heatmap(weights, { rowLabels: ["a", "the"], columnLabels: ["cat", "is"] })).toBe(
    ["    c", "    a i", "    t s", "  a ██", "the ▒▒░░"].join("\n"),
  );
});

test("long labels are cut, control characters dropped", () => {
  expect(heatmap(tensor([[1]]), { rowLabels: ["abcdef"], labelWidth: 4 })).toBe("abc… ██");
  expect(heatmap(tensor([[1]]), { rowLabels: ["\u001b[2Ja\n"] })).toBe("[2Ja ██");
});

test("color paints each cell and ends the paint, and puts out no color otherwise", () => {
  const [strong, weak] = heatmap(tensor([[1, 0]]), { color: true }).split("m  \u001b[0m");
  expect([strong, weak]).toEqual(["\u001b[48;5;227", "\u001b[48;5;17"]);
  expect(heatmap(weights)).not.toContain("\u001b");
});

test("NaN shows, and nothing but zeros is empty", () => {
  expect(heatmap(tensor([[NaN, 1]]))).toBe("??██");
  expect(heatmap(zeros([2, 3]))).toBe("\n");
});

test("what is no matrix, too large, or has labels missing is refused", () => {
  expect(() => heatmap(zeros([1, 2, 3]))).toThrow(InspectionError);
  expect(() => heatmap(zeros([2000, 2000]))).toThrow("at most 1000000 cells, got 2000 × 2000");
  expect(() => heatmap(weights, { rowLabels: ["a"] })).toThrow("expected 2 rowLabels, got 1");
  expect(() => heatmap(weights, { maximum: NaN })).toThrow("expected maximum");
});

const labeled = (label: string, options = {}): string => heatmap(tensor([[1]]), { rowLabels: [label], ...options });

test("labels of 16 characters stand in full where no width is given, and a width of 0 leaves the ellipsis", () => {
  expect(labeled("abcdefghijklmnop")).toBe("abcdefghijklmnop ██");
  expect(labeled("abcdefghijklmnopq")).toBe("abcdefghijklmno… ██");
  expect(labeled("abc", { labelWidth: 3 })).toBe("abc ██");
  expect([labeled("abc", { labelWidth: 1 }), labeled("abc", { labelWidth: 0 })]).toEqual(["… ██", "… ██"]);
});

test("a maximum of 0 shades nothing, a lower one is refused, and weights above it are full", () => {
  expect(heatmap(weights, { maximum: 0 })).toBe("\n");
  expect(heatmap(weights, { maximum: 0.25 })).toBe("██\n████");
  expect(heatmap(weights, { maximum: 1 })).toBe(heatmap(weights));
  expect(() => heatmap(weights, { maximum: -0.5 })).toThrow("a number of at least 0, got -0.5");
});

test("a million cells are drawn, one more is not", () => {
  expect(heatmap(zeros([1, 1_000_000]))).toBe("");
  expect(() => heatmap(zeros([1, 1_000_001]))).toThrow("at most 1000000 cells");
});
