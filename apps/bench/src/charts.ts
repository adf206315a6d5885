import { mkdir, writeFile } from "node:fs/promises";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Point } from "./measure-scaling.ts";

/** Draws time and memory against length, both axes logarithmic, into `charts/`. */
export async function drawCharts(points: readonly Point[]): Promise<void> {
  const folder = new URL("../charts/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const megabytes = points.map((point) => ({ ...point, MB: Math.max(point.bytes / 1e6, 0.1) }));
  await writeFile(new URL("time.svg", folder), draw(points, "ms", "Time (ms), causal attention, one thread"));
  await writeFile(new URL("memory.svg", folder), draw(megabytes, "MB", "Memory beyond inputs and output (MB)"));
}

/** An SVG with one line per series, named at its end. */
export function draw<P extends Point>(points: readonly P[], value: keyof P & string, title: string): string {
  const { document } = parseHTML("<html><body></body></html>");
  const names = [...new Set(points.map(({ series }) => series))];
  const lengths = [...new Set(points.map(({ length }) => length))];
  const channels = { x: "length", y: value, stroke: "series" };
  const ends = names.map((name) => points.findLast(({ series }) => series === name));
  const svg = Plot.plot({
    document: document as unknown as Document,
    width: 900,
    height: 520,
    marginTop: 40,
    marginLeft: 60,
    marginRight: 170,
    marginBottom: 45,
    style: { background: "white", color: "#222", fontSize: "13px", fontFamily: "system-ui, sans-serif" },
    color: { domain: names, scheme: "observable10" },
    x: {
      type: "log",
      ticks: lengths,
      base: 2,
      label: "queries = keys",
      tickFormat: (length: number) => length.toLocaleString("en-US"),
    },
    y: {
      type: "log",
      label: title,
      grid: true,
      ticks: 6,
      tickFormat: (number: number) => number.toLocaleString("en-US"),
    },
    marks: [
      Plot.line(points, { ...channels, strokeWidth: 2 }),
      Plot.dot(points, { x: "length", y: value, fill: "series", r: 3.5 }),
      Plot.text(ends, { x: "length", y: value, fill: "series", text: "series", textAnchor: "start", dx: 9 }),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}
