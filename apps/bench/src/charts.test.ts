import { expect, test } from "vitest";
import { draw } from "./charts.ts";

test("a chart is an SVG with a named line per series", () => {
  const points = ["Fovea", "another"].flatMap((series) =>
    [256, 512, 1024].map((length) => ({ series, length, ms: length / 10, bytes: 1e6 })),
  );
  const svg = draw(points, "ms", "Time (ms)");
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg.match(/<circle /g)).toHaveLength(6);
  for (const text of ["Fovea", "another", "Time (ms)", "1,024"]) expect(svg).toContain(text);
});
