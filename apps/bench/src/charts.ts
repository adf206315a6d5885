import { mkdir, writeFile } from "node:fs/promises";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Point } from "./measure-scaling.ts";

const [height, marginTop, marginBottom] = [520, 40, 45];
/** Pixels from one label to the next, at least. */
const labelHeight = 16;

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
  const svg = Plot.plot({
    document: document as unknown as Document,
    width: 900,
    height,
    marginTop,
    marginLeft: 60,
    marginRight: 170,
    marginBottom,
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
      ...labels(points, value).map(({ end, dy }) =>
        Plot.text([end], {
          x: "length",
          y: value,
          fill: "series",
          text: "series",
          textAnchor: "start",
          dx: 9,
          dy,
          stroke: "white",
          strokeWidth: 5,
        }),
      ),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}

/** The last point of each series, and how far its name is moved up (pixels, negative) to stand clear of names that end at the same length. */
function labels<P extends Point>(points: readonly P[], value: keyof P & string): { end: P; dy: number }[] {
  const numbers = points.map((point) => Number(point[value]));
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)].map(Math.log);
  const pixels = (point: P): number =>
    ((Math.log(Number(point[value])) - least) / (most - least)) * (height - marginTop - marginBottom);
  const highest = new Map<number, number>();
  return points
    .filter((point, index) => points.findLastIndex(({ series }) => series === point.series) === index)
    .toSorted((a, b) => pixels(a) - pixels(b))
    .map((end) => {
      const place = Math.max(pixels(end), (highest.get(end.length) ?? -Infinity) + labelHeight);
      highest.set(end.length, place);
      return { end, dy: pixels(end) - place };
    });
}
