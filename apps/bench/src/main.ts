import { writeFile } from "node:fs/promises";
import { parseArguments } from "./arguments.ts";
import { drawCharts } from "./charts.ts";
import { describeMachine, readVersions } from "./machine.ts";
import { measureLimits } from "./measure-limits.ts";
import { fullEffort, measureRow, quickEffort } from "./measure-row.ts";
import { measureScaling, scalingSeconds } from "./measure-scaling.ts";
import { showProgress } from "./progress.ts";
import { showReport } from "./show-report.ts";
import type { Report, Result } from "./result.ts";
import { rowsOf } from "./rows.ts";
import { writeReadme } from "./write-readme.ts";

const interrupted = 130;

// `npm run bench | head` closes the pipe early, which is no mistake
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const options = parseArguments(
  process.argv.slice(2),
  rowsOf({ threads: 2 }).map(({ id }) => id),
);
const { quick, only } = options;
const rows = rowsOf(options).filter(({ id }) => !only || only.includes(id));
const whole = !quick && !only;

const stop = new AbortController();
process.on("SIGINT", () => stop.abort());

const pace = quick ? 0.25 : 1;
const total = rows.reduce((sum, { seconds }) => sum + seconds * pace, 5) + (whole ? scalingSeconds : 0);
const progress = showProgress(total, process.stderr);
const results: Result[] = [];
try {
  progress.begin("limits of this machine", 5);
  const limits = await measureLimits(quick ? 5 : 25, stop.signal);
  const report: Report = { machine: describeMachine(), versions: readVersions(), limits, results };
  try {
    for (const row of rows) {
      progress.begin(row.id, row.seconds * pace);
      results.push(await measureRow(row, quick ? quickEffort : fullEffort, stop.signal));
    }
    if (whole) {
      await writeReadme(report);
      progress.begin("charts", scalingSeconds);
      await drawCharts(await measureScaling(stop.signal));
    }
  } finally {
    // also after Ctrl-C: what is done is shown and saved
    progress.stop();
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(showReport(report));
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
  process.exitCode = interrupted;
} finally {
  progress.stop();
}
