import { readFile, writeFile } from "node:fs/promises";
import {
  readableBytes,
  readableLimits,
  readableRate,
  readableRatios,
  readableShare,
  readableTime,
  readableVerdict,
} from "./format.ts";
import type { Report } from "./result.ts";
import { rowsOf } from "./rows.ts";

const begin = "<!-- results begin: written by npm run bench -->";
const end = "<!-- results end -->";

/** Puts the table between the marks of the app's README. */
export async function writeReadme(report: Report): Promise<void> {
  const path = new URL("../README.md", import.meta.url);
  await writeFile(path, putBetween(await readFile(path, "utf8"), markdownReport(report)));
}

/** Rows of which some ratio is not to be relied on: a table with them is not worth keeping. */
export const noisyRows = (results: Report["results"]): string[] =>
  results.filter(({ noisy }) => Object.keys(noisy).length > 0).map(({ id }) => id);

/** @throws {Error} when the document lacks the marks */
export function putBetween(document: string, text: string): string {
  const [before, after] = [document.indexOf(begin), document.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`writeReadme: expected "${begin}" and "${end}" in the README.`);
  return `${document.slice(0, before + begin.length)}\n\n${text}\n\n${document.slice(after)}`;
}

export function markdownReport({ machine, versions, limits, results }: Report): string {
  const works = new Map(rowsOf({ threads: 2 }).map(({ id, work }) => [id, work]));
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const notes = results.filter(({ note }) => note !== "");
  return [
    `${machine.processor}, ${machine.processors} processors, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, ${machine.system}; ${names.join(", ")}.`,
    `${readableLimits(limits, machine)}.`,
    "",
    "| row | work | time | GFLOP/s | of the limit | extra memory | their time / ours | to reach | met |",
    "|---|---|---|---|---|---|---|---|---|",
    ...results.map((result) =>
      [
        "",
        `\`${result.id}\``,
        works.get(result.id) ?? "",
        readableTime(result),
        readableRate(result),
        readableShare(result),
        readableBytes(result),
        readableRatios(result),
        result.target,
        readableVerdict(result),
        "",
      ]
        .join(" | ")
        .trim(),
    ),
    "",
    ...notes.map(({ id, note }) => `- \`${id}\`: ${note}.`),
  ].join("\n");
}
