import { interrupted, runApp } from "@fovea/command-line";
import { parseArguments } from "./arguments.ts";
import { openRun } from "./open-run.ts";

const options = parseArguments(process.argv.slice(2));
await runApp(async () => {
  const run = await openRun(options);
  // what takes its time to load is loaded after the arguments are found good: TensorFlow.js
  const { runTask } = await import("./run-task.ts");
  return (await runTask(run, options.out)) ? 0 : interrupted;
});
// the threads of the kernels would keep the process alive
process.exit();
