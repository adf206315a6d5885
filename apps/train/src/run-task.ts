import { join } from "node:path";
import type { Arguments } from "./arguments.ts";
import { readCheckpoint, restore, writeCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { learnedTables } from "./learned-tables.ts";
import { drawCurves } from "./pictures/curves.ts";
import { percent, readableSeconds, showProgress } from "./progress.ts";
import { newRun, type RunState } from "./run-state.ts";
import { saveModel } from "./saved-model.ts";
import { startTensorFlow } from "./start-tensorflow.ts";
import type { Lesson, Settings } from "./task.ts";
import { tasks } from "./tasks/tasks.ts";
import { TrainError } from "./train-error.ts";
import { trainRun } from "./train-run.ts";
import { Trainer } from "./trainer.ts";
import { writeWhole } from "./write-whole.ts";

/** Trains, saves and tells.
 *  @returns whether training came to its end
 *  @throws {TrainError} for what the person can put right */
export async function runTask(options: Arguments): Promise<boolean> {
  const path = join(options.out, "checkpoint.safetensors");
  const checkpoint = options.restart ? null : await readCheckpoint(path);
  const settings = settle(options, checkpoint, path);
  const lesson = tasks[settings.task].prepare(settings);
  const goesOn = options.resume ? checkpoint : null;
  if (goesOn && goesOn.fingerprint !== lesson.fingerprint) {
    throw new TrainError(
      "The data have changed since the run was stopped. Restore them, or add --restart to begin anew.",
    );
  }

  let stopped = false;
  const stop = (): void => {
    if (stopped) process.exit(130);
    stopped = true;
    process.stderr.write("\nStopping after this step… (Ctrl-C again to stop without saving)\n");
  };
  process.on("SIGINT", stop);
  try {
    await startTensorFlow();
    const trainer = new Trainer(lesson, settings);
    if (goesOn) restore(trainer, goesOn);
    const begin = goesOn?.state ?? newRun;
    greet(settings, trainer, begin);
    const progress = showProgress(settings.task, begin.step, settings.steps, process.stderr);
    const save = (state: RunState): Promise<void> =>
      writeCheckpoint(path, trainer, { settings, fingerprint: lesson.fingerprint, state });
    const end = await trainRun({ trainer, lesson, settings }, begin, {
      progress,
      save,
      isStopped: () => stopped,
    }).finally(() => progress.stop());
    const isDone = end.step === settings.steps;
    await saveCurves(options.out, lesson, end);
    if (isDone) await finish(options.out, { trainer, lesson, settings }, end);
    else process.stdout.write(`Stopped at step ${end.step} of ${settings.steps}. Go on with --resume.\n`);
    trainer.dispose();
    return isDone;
  } finally {
    process.off("SIGINT", stop);
  }
}

/** The settings of the run: those of the checkpoint when it goes on.
 *  @throws {TrainError} when they contradict each other, or an unfinished run would be lost */
function settle({ settings, asked, resume, out }: Arguments, checkpoint: Checkpoint | null, path: string): Settings {
  if (resume) {
    if (!checkpoint) throw new TrainError(`There is no run to go on with: ${path} does not exist. Leave out --resume.`);
    const before = checkpoint.settings;
    for (const name of ["task", ...asked] as const) {
      if (before[name] === settings[name]) continue;
      throw new TrainError(
        `--resume goes on as the run began: its ${name} is ${String(before[name])}, not ${String(settings[name])}. Leave the option out, or begin a new run in another folder (--out).`,
      );
    }
    if (checkpoint.state.step === before.steps) {
      throw new TrainError(`The run in ${out} is finished (${before.steps} steps). Leave out --resume to begin anew.`);
    }
    return before;
  }
  if (checkpoint && checkpoint.state.step < checkpoint.settings.steps) {
    throw new TrainError(
      `${out} holds a run that stopped at step ${checkpoint.state.step} of ${checkpoint.settings.steps}. Add --resume to go on, --restart to begin anew, or --out for another folder.`,
    );
  }
  return settings;
}

function greet({ task, steps, batch, learned }: Settings, { model }: Trainer, { step }: RunState): void {
  const way = learned === "none" ? "" : `, learned ${learned}`;
  const from = step === 0 ? "" : `, from step ${step} on`;
  process.stderr.write(
    `Learning ${task}: ${model.countParams().toLocaleString("en-US")} weights, ${steps} steps of ${batch}${way}${from}\n`,
  );
}

async function saveCurves(out: string, { counts }: Lesson, { points }: RunState): Promise<void> {
  if (points.length > 0) await writeWhole(join(out, "curves.svg"), drawCurves(points, counts));
}

async function finish(
  out: string,
  { trainer, lesson, settings }: { readonly trainer: Trainer; readonly lesson: Lesson; readonly settings: Settings },
  { points, seconds }: RunState,
): Promise<void> {
  await saveModel(out, trainer);
  for (const [name, content] of Object.entries(lesson.pictures(trainer.model))) {
    await writeWhole(join(out, name), content);
  }
  const last = points[points.length - 1];
  const tables = learnedTables(trainer);
  await writeWhole(
    join(out, "result.json"),
    `${JSON.stringify({ settings, seconds, learned: tables, points }, null, 2)}\n`,
  );
  process.stdout.write(
    `${percent(last.heldOutAccuracy)} of held-out ${lesson.counts}, after ${readableSeconds(seconds)} of training.\n`,
  );
  for (const [name, values] of Object.entries(tables)) {
    process.stdout.write(`${name}: ${values.map((value) => value.toFixed(2)).join(" ")}\n`);
  }
  process.stdout.write(`Saved in ${out}\n`);
}
