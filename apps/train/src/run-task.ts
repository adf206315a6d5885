import { join } from "node:path";
import { onInterruption, readableSeconds, UserError, writeWhole } from "@fovea/command-line";
import { restore, writeCheckpoint } from "./checkpoint.ts";
import { learnedTables } from "./learned-tables.ts";
import type { OpenRun } from "./open-run.ts";
import { drawCurves } from "./pictures/curves.ts";
import { percent, showTrainProgress, type TrainProgress } from "./progress.ts";
import { newRun, type RunState } from "./run-state.ts";
import { saveModel } from "./saved-model.ts";
import { startTensorFlow } from "./start-tensorflow.ts";
import type { Lesson, Settings } from "./task.ts";
import { tasks } from "./tasks/tasks.ts";
import { trainRun } from "./train-run.ts";
import { Trainer } from "./trainer.ts";

/** Trains, saves and tells.
 *  @returns whether training came to its end
 *  @throws {UserError} for what the person can put right */
export async function runTask({ settings, checkpoint, path }: OpenRun, out: string): Promise<boolean> {
  const lesson = tasks[settings.task].prepare(settings);
  if (checkpoint && checkpoint.fingerprint !== lesson.fingerprint) {
    throw new UserError(
      "The data have changed since the run was stopped. Restore them, or add --restart to begin anew.",
    );
  }

  let progress: TrainProgress | null = null;
  const { signal, release } = onInterruption(() =>
    progress?.note("Stopping after this step… (Ctrl-C again to stop without saving)"),
  );
  try {
    await startTensorFlow();
    const trainer = new Trainer(lesson, settings);
    if (checkpoint) restore(trainer, checkpoint);
    const begin = checkpoint?.state ?? newRun;
    greet(settings, trainer, begin);
    const shown = showTrainProgress(settings.task, begin.step, settings.steps, process.stderr);
    progress = shown;
    const save = (state: RunState): Promise<void> =>
      writeCheckpoint(path, trainer, { settings, fingerprint: lesson.fingerprint, state });
    const end = await trainRun({ trainer, lesson, settings }, begin, {
      progress: shown,
      save,
      isStopped: () => signal.aborted,
    }).finally(() => shown.stop());
    const isDone = end.step === settings.steps;
    await saveCurves(out, lesson, end);
    if (isDone) await finish(out, { trainer, lesson, settings }, end);
    else if (end.step === 0) process.stdout.write("Stopped before the first step.\n");
    else process.stdout.write(`Stopped at step ${end.step} of ${settings.steps}. Go on with --resume.\n`);
    trainer.dispose();
    return isDone;
  } finally {
    release();
  }
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
