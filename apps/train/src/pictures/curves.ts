import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Point } from "../run-state.ts";
import { place } from "./place.ts";

const [width, height] = [620, 340];

/** Loss and accuracy over the steps, of the examples learned from and of those held out, as an SVG.
 *  @param counts what accuracy counts */
export function drawCurves(points: readonly Point[], counts: string): string {
  const loss = points.flatMap(({ step, loss, heldOutLoss }) => pair(step, loss, heldOutLoss));
  const right = points.flatMap(({ step, accuracy, heldOutAccuracy }) =>
    pair(step, 100 * accuracy, 100 * heldOutAccuracy),
  );
  return place(
    [
      [{ title: "Loss (nats)", svg: chart(loss, [0, Math.max(...loss.map(({ value }) => value))]) }],
      [{ title: `Accuracy (%): ${counts}`, svg: chart(right, [0, 100]) }],
    ],
    height,
  ).replace(
    /width="\d+" height="(\d+)" viewBox="0 0 \d+/,
    `width="${width + 32}" height="$1" viewBox="0 0 ${width + 32}`,
  );
}

interface Mark {
  readonly step: number;
  readonly value: number;
  readonly examples: string;
}

const pair = (step: number, learned: number, heldOut: number): Mark[] => [
  { step, value: learned, examples: "learned from" },
  { step, value: heldOut, examples: "held out" },
];

function chart(marks: readonly Mark[], domain: readonly [number, number]): string {
  const { document } = parseHTML("<html><body></body></html>");
  const channels = { x: "step", y: "value", z: "examples" };
  const svg = Plot.plot({
    document: document as unknown as Document,
    width,
    height,
    marginLeft: 45,
    marginRight: 105,
    marginBottom: 40,
    style: { background: "white", color: "#222", fontSize: "13px", fontFamily: "system-ui, sans-serif" },
    color: { domain: ["learned from", "held out"], scheme: "observable10" },
    x: { label: "step", tickFormat: (step: number) => step.toLocaleString("en-US") },
    y: { label: null, grid: true, domain },
    marks: [
      Plot.line(marks, { ...channels, stroke: "examples", strokeWidth: 2 }),
      Plot.dot(marks, { ...channels, fill: "examples", r: 2.5 }),
      ...["learned from", "held out"].map((name, index) =>
        Plot.text(
          marks.slice(-2).filter(({ examples }) => examples === name),
          {
            ...channels,
            fill: "examples",
            text: "examples",
            textAnchor: "start",
            dx: 9,
            dy: separation(marks, domain, index),
          },
        ),
      ),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return svg.outerHTML;
}

/** Moves the names of two lines apart that end close together: the upper one up, the lower one down (pixels). */
function separation(marks: readonly Mark[], [least, most]: readonly [number, number], index: number): number {
  const [first, second] = marks.slice(-2).map(({ value }) => (value / Math.max(1e-9, most - least)) * height);
  if (Math.abs(first - second) > 16) return 0;
  return first >= second === (index === 0) ? -8 : 8;
}
