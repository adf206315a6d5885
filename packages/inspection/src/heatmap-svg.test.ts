import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { heatmapSvg } from "./heatmap-svg.ts";

const weights = tensor([
  [1, 0],
  [0.5, NaN],
]);

test("one square a cell, as dark as its weight, in place", () => {
  const squares = [
    ...heatmapSvg(weights, { cell: 10 }).matchAll(/<rect x="(\d+)" y="(\d+)" .*?fill(?:-opacity)?="([^"]+)">/g),
  ];
  expect(squares.map(([, x, y, fill]) => [x, y, fill])).toEqual([
    ["0", "0", "1"],
    ["10", "0", "0"],
    ["0", "10", "0.5"],
    ["10", "10", "#c00"],
  ]);
});

test("labels are escaped and every tag is closed", () => {
  const svg = heatmapSvg(weights, { rowLabels: ["<script>", "&"], columnLabels: ['"', "'"], title: "a < b" });
  expect(svg).not.toContain("<script>");
  expect(svg).toContain("&lt;script&gt; → &quot; → 1");
  expect(svg).toContain("<title>a &lt; b</title>");
  for (const tag of ["svg", "rect", "title", "text"]) {
    expect(svg.split(`<${tag}`).length).toBe(svg.split(`</${tag}>`).length);
  }
});

test("a title may hold anything", () => {
  const svg = heatmapSvg(tensor([[1]]), { title: "a\u001B[31m <b> & \u202Eb" });
  expect(svg).toContain("<title>a[31m &lt;b&gt; &amp; b</title>");
});

test("cells are 16 pixels wide and the picture has a title where nothing is said", () => {
  const svg = heatmapSvg(weights);
  expect(svg).toContain('width="32" height="32" viewBox="0 0 32 32"');
  expect(svg).toContain("<title>Attention weights</title>");
  expect(heatmapSvg(weights, { cell: 16, title: "Attention weights", maximum: 1 })).toBe(svg);
});

const opacities = (maximum: number): string[] =>
  Array.from(heatmapSvg(tensor([[1, 0.5, 0]]), { maximum }).matchAll(/fill-opacity="([^"]+)"/g), ([, value]) => value);

test("weights above the maximum are as dark as it, and a maximum of 0 leaves all blank", () => {
  expect([opacities(0.5), opacities(2), opacities(0)]).toEqual([
    ["1", "1", "0"],
    ["0.5", "0.25", "0"],
    ["0", "0", "0"],
  ]);
  expect(() => heatmapSvg(weights, { maximum: -1 })).toThrow("expected maximum to be a number of at least 0, got -1");
});
