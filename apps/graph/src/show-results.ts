import pc from "picocolors";
import type { Graph } from "./graph.ts";
import { classNames } from "./load-cora.ts";

/** How one class came out on the test nodes. */
export interface ClassResult {
  readonly name: string;
  /** Papers that are of the class, those read as it, and those both. */
  readonly papers: number;
  readonly read: number;
  readonly right: number;
}

/** @param predicted the class that each node was read as */
export function resultsByClass({ classes, test }: Graph, predicted: Int32Array): readonly ClassResult[] {
  const count = (holds: (node: number) => boolean): number => test.filter((node) => holds(node)).length;
  return classNames.map((name, index) => ({
    name,
    papers: count((node) => classes[node] === index),
    read: count((node) => predicted[node] === index),
    right: count((node) => classes[node] === index && predicted[node] === index),
  }));
}

/** A line per class: how many test papers there are, how many of them were found, and how often the class was named rightly. */
export function showClasses(results: readonly ClassResult[], color: boolean): string {
  const { dim } = pc.createColors(color);
  const width = Math.max(...classNames.map((name) => name.length));
  const head = `${"field".padEnd(width)}  papers   found  rightly named`;
  const lines = results.map(({ name, papers, read, right }) => {
    const cells = [String(papers).padStart(6), share(right, papers).padStart(6), share(right, read).padStart(13)];
    return `${name.padEnd(width)}  ${cells.join("  ")}`;
  });
  return [dim(head), ...lines].join("\n");
}

function share(part: number, whole: number): string {
  return whole === 0 ? "-" : percent(part / whole);
}

/** `0.844` → `84.4 %` */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
