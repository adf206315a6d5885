import { parseArguments } from "./arguments.ts";
import { openRun } from "./open-run.ts";
import { TrainError } from "./train-error.ts";

const interrupted = 130;

// `npm run train | head` closes the pipe early, which is no mistake
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const options = parseArguments(process.argv.slice(2));
try {
  const run = await openRun(options);
  // what takes its time to load is loaded after the arguments are found good: TensorFlow.js
  const { runTask } = await import("./run-task.ts");
  process.exitCode = (await runTask(run, options.out)) ? 0 : interrupted;
} catch (error) {
  if (!(error instanceof TrainError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
// the threads of the kernels would keep the process alive
process.exit();
