import pc from "picocolors";
import { readableBytes, readableLimits, readableRate, readableRatios, readableShare, readableTime } from "./format.ts";
import type { Report, Result } from "./result.ts";

/** The report for a terminal: a few lines per row. */
export function showReport({ machine, versions, limits, results }: Report): string {
  return [
    `${machine.processor}, ${machine.processors} processors, ${machine.system}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    readableLimits(limits, machine),
    "",
    ...results.flatMap(showResult),
    "",
  ].join("\n");
}

function showResult(result: Result): string[] {
  const mark = result.met === null ? " " : result.met ? pc.green("✓") : pc.red("✗");
  const rate = readableRate(result);
  const share = readableShare(result);
  const bytes = readableBytes(result);
  const figures = [
    readableTime(result),
    rate && `${rate} GFLOP/s`,
    share && `${share} of the limit`,
    bytes && `${bytes} ${result.id.startsWith("block-mask") ? "" : "extra"}`.trim(),
  ];
  return [
    `${mark} ${pc.bold(result.id.padEnd(22))} ${figures.filter(Boolean).join(", ")}`,
    ...[
      readableRatios(result) && `their time / ours: ${readableRatios(result)}`,
      result.target && `to reach: ${result.target}`,
      result.note,
    ]
      .filter(Boolean)
      .map((line) => `    ${line}`),
  ];
}
