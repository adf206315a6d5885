import { interrupted, onInterruption, runApp, saveFile } from "@fovea/command-line";
import { againstRows } from "./against-rows.ts";
import { parseArguments } from "./arguments.ts";
import { drawCharts } from "./charts.ts";
import { describeMachine, readVersions } from "./machine.ts";
import { measureLimits } from "./measure-limits.ts";
import { fullEffort, measureRow, quickEffort } from "./measure-row.ts";
import { measureScaling, scalingSeconds } from "./measure-scaling.ts";
import { showBenchProgress } from "./progress.ts";
import { showReport } from "./show-report.ts";
import type { Report, Result } from "./result.ts";
import { rowsOf } from "./rows.ts";
import { noisyRows, writeReadme } from "./write-readme.ts";

await runApp(main);

async function main(): Promise<number> {
  const options = parseArguments(
    process.argv.slice(2),
    rowsOf({ threads: 2 }).map(({ id }) => id),
  );
  const { quick, only, against } = options;
  const chosen = rowsOf(options).filter(({ id }) => !only || only.includes(id));
  const rows = against === undefined ? chosen : againstRows(chosen, against);
  const whole = !quick && !only && against === undefined;

  const { signal } = onInterruption();

  const pace = quick ? 0.25 : 1;
  const total = rows.reduce((sum, { seconds }) => sum + seconds * pace, 5) + (whole ? scalingSeconds : 0);
  const progress = showBenchProgress(total, process.stderr);
  const results: Result[] = [];
  try {
    progress.begin("limits of this machine", 5);
    const limits = await measureLimits(quick ? 5 : 25, signal);
    const report: Report = { machine: describeMachine(), versions: readVersions(), limits, results };
    try {
      for (const row of rows) {
        progress.begin(row.id, row.seconds * pace);
        results.push(await measureRow(row, quick ? quickEffort : fullEffort, signal));
      }
      const noisy = noisyRows(results);
      if (whole && noisy.length > 0) {
        process.stderr.write(`The README stays as it is, because these rows are too noisy: ${noisy.join(", ")}.\n`);
        return 1;
      }
      if (whole) {
        await writeReadme(report);
        progress.begin("charts", scalingSeconds);
        await drawCharts(await measureScaling(signal));
      }
    } finally {
      // also after Ctrl-C: what is done is shown and saved
      progress.stop();
      if (options.json !== undefined) await saveFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
      process.stdout.write(showReport(report));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return interrupted;
  } finally {
    progress.stop();
  }
  return against !== undefined && results.some(({ met }) => met === false) ? 1 : 0;
}
